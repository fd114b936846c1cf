"""The application that a WSGI server serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vizavi.config.settings")

from django.core.wsgi import get_wsgi_application

from vizavi.cli.parent import follow_parent

follow_parent()
application = get_wsgi_application()
