"""The outbox."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django_tasks import task

from vizavi.jobs.backend import enqueue_once
from vizavi.jobs.models import Mail


def send_later(to: str, subject: str, text: str, html: str = "") -> Mail:
    """Put a letter into the outbox in the caller's transaction; a job sends it after the commit."""
    mail = Mail.objects.create(to=to, subject=" ".join(subject.split())[:300], text=text, html=html)
    enqueue_once(send, key_of(mail.pk), mail.pk)
    return mail


def key_of(pk: int) -> str:
    """The key of the one job that sends this letter."""
    return f"mail:{pk}"


@task()
def send(pk: int) -> None:
    """Send one letter; a failure raises, so that the job comes again. A letter that was sent is not sent twice."""
    mail = Mail.objects.filter(pk=pk, state=Mail.WAITING).first()
    if mail is None:
        return
    if not settings.MAIL_CONFIGURED and not settings.TESTING:
        Mail.objects.filter(pk=pk).update(state=Mail.FAILED, error="VIZAVI_SMTP_URL is not set")
        return
    letter = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to])
    if mail.html:
        letter.attach_alternative(mail.html, "text/html")
    try:
        letter.send()
    except Exception as error:
        # The server's words may repeat the letter; its kind is enough for the page.
        Mail.objects.filter(pk=pk).update(error=type(error).__name__)
        raise
    # The text may hold a one-time link: it is not kept.
    Mail.objects.filter(pk=pk).update(state=Mail.SENT, sent_at=timezone.now(), text="", html="", error="")
