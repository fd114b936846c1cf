"""One's own settings and the firm's."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import password_validation, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vizavi.access.models import ApiToken
from vizavi.access.sessions import sessions_of
from vizavi.core import actions, door
from vizavi.core.entity import registry
from vizavi.core.errors import Conflict, Invalid
from vizavi.core.firm import firm, forget
from vizavi.core.journal import operation
from vizavi.core.models import Firm
from vizavi.screens.cells import edit
from vizavi.screens.web import door_view, go, reader_of, version_of
from vizavi.setup.menu import places
from vizavi.setup.personal import chosen, remember
from vizavi.ui import render

both = require_http_methods(["GET", "HEAD", "POST"])


def page(request: HttpRequest, name: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the settings."""
    return render(request, f"setup/{name}.html", {"title": title, **context}, status=status)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All places."""
    return page(request, "index", _("Settings"), groups=places(request))


@both
@door_view
def profile(request: HttpRequest) -> HttpResponse:
    """Name, time zone, language and look of whoever is signed in: for one's own, nobody need be an administrator."""
    user: Any = request.user
    errors: dict[str, list[str]] = {}
    name = request.POST.get("name", user.name)
    zone = request.POST.get("time_zone", user.preferences.get("time_zone", ""))
    if request.method == "POST":
        if zone and zone not in zoneinfo.available_timezones():
            errors["time_zone"] = [_("Choose from the list.")]
        try:
            value = registry["user"].fields["name"].parse(name)
        except ValidationError as error:
            errors["name"] = list(error.messages)
        if not errors:
            with operation("user.edit", by=user) as op:
                op.update(op.lock(type(registry["user"].model()), [user.pk])[user.pk], {"name": value})
            remember(user, {"time_zone": zone, **chosen(request)})
            translation.activate(user.preferences.get("language") or firm().language)
            return go(request, "/settings/profile/", _("Saved"), op.row if op.done else None)
    zones = sorted(zoneinfo.available_timezones())
    context = {
        "own_name": name,
        "email": user.email,
        "role": user.get_role_display(),
        "zone": zone,
        "zones": zones,
        "looks": looks(request),
    }
    return page(request, "profile", _("Profile"), 422 if errors else 200, errors=errors, **context)


def looks(request: HttpRequest) -> list[dict[str, Any]]:
    """What can be chosen about the screens, and what is."""
    mine = getattr(request.user, "preferences", {})
    words = {
        "theme": (_("Theme"), {"system": _("As in the system"), "light": _("Light"), "dark": _("Dark")}),
        "density": (_("Density"), {"comfortable": _("Comfortable"), "compact": _("Compact")}),
        "language": (_("Language"), dict(settings.LANGUAGES)),
    }
    now = {"theme": "system", "density": "comfortable", "language": translation.get_language()}
    return [
        {"name": n, "label": label, "options": list(options.items()), "value": request.POST.get(n, mine.get(n, now[n]))}
        for n, (label, options) in words.items()
    ]


@both
def password(request: HttpRequest) -> HttpResponse:
    """A new password, after the old one where there is one."""
    user: Any = request.user
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        if not ratelimit.consume(request, action="new_password", user=user):
            errors["old"] = [_("Too often. Wait a minute and try again.")]
        elif user.has_usable_password() and not user.check_password(request.POST.get("old", "")):
            errors["old"] = [_("This is not your present password.")]
        new = request.POST.get("new", "")
        try:
            password_validation.validate_password(new, user)
        except ValidationError as error:
            errors["new"] = list(error.messages)
        if not errors:
            user.set_password(new)
            user.save(update_fields=["password"])
            update_session_auth_hash(request, user)
            UserSession.objects.create_from_request(request)
            return go(request, "/settings/password/", _("The password is changed; other sessions have ended."))
    has = user.has_usable_password()
    return page(request, "password", _("Password"), 422 if errors else 200, errors=errors, has=has)


@both
@door_view
def firm_page(request: HttpRequest) -> HttpResponse:
    """The firm, through the journal like everything."""
    entity, reader = registry["firm"], reader_of(request)
    actions.permit(reader.user, door.CHANGE, entity)
    row: Any = Firm.objects.order_by("pk").first() or Firm()
    fields = [entity.fields[n] for names in entity.sections.values() for n in names]
    if request.method != "POST":
        editors = [edit(f, f.value(row), reader, record=row) for f in fields]
        return page(request, "firm", _("Firm"), editors=editors, errors=[], version=row.version)
    data = {f.name: raw for f in fields if (raw := f.raw_from_form(request.POST)) is not None}
    errors: dict[str, list[str]] = {}
    status = 422
    try:
        done: Any
        if row.pk is None:
            _row, done = actions.create(entity, data, reader.user, verb="firm.edit")
        else:
            _row, done = actions.update(entity, row.pk, data, reader.user, base=version_of(request.POST.get("version")))
        forget()
        return go(request, "/settings/firm/", _("Saved"), done)
    except Invalid as error:
        errors = error.errors
    except Conflict:
        status = 409
        errors = {"": [_("Somebody has changed this meanwhile. Save again if yours is right.")]}
    editors = [edit(f, data.get(f.name, ""), reader, raw=True, errors=errors.get(f.name), record=row) for f in fields]
    known = [
        {"name": n, "label": entity.fields[n].label if n else "", "text": m} for n, ms in errors.items() for m in ms
    ]
    return page(request, "firm", _("Firm"), status, editors=editors, errors=known, version=row.version)


@both
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own keys; a new one's secret is shown this once."""
    secret = ""
    if request.method == "POST":
        name = " ".join(request.POST.get("name", "").split())[:100] or _("Token")
        scope = "read" if request.POST.get("scope") == "read" else "write"
        _token, secret = ApiToken.make(request.user, name, scope)  # type: ignore[arg-type]
    rows = ApiToken.objects.filter(user=request.user, revoked_at=None).order_by("-pk")  # type: ignore[misc]
    return page(request, "tokens", _("API tokens"), rows=list(rows[:100]), secret=secret, scopes=ApiToken.SCOPES)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """A key of one's own stops opening anything, at once."""
    mine = ApiToken.objects.filter(pk=pk, user=request.user, revoked_at=None)  # type: ignore[misc]
    if not mine.update(revoked_at=timezone.now()):
        raise Http404
    return go(request, "/settings/tokens/", _("The token is revoked."))


@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = [
        {
            "id": s.pk,
            "agent": agent(s.user_agent),
            "ip": s.ip,
            "at": s.created_at,
            "this": s.session_key == request.session.session_key,
        }
        for s in sessions_of(request.user)
    ]
    return page(request, "sessions", _("Sessions"), rows=rows)


def agent(text: str) -> str:
    """`Chrome, Windows` out of what a browser says of itself."""
    browsers = (
        ("Edg/", "Edge"),
        ("YaBrowser", "Yandex"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    found = [next((name for mark, name in kinds if mark in text), "") for kinds in (browsers, systems)]
    return ", ".join(filter(None, found)) or text[:60]


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign that browser out."""
    found = UserSession.objects.filter(pk=pk, user=request.user).first()  # type: ignore[misc]
    if found is None:
        raise Http404
    found.end()
    return go(request, "/settings/sessions/", _("That session has ended."))
