"""The application that a WSGI server serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vizavi.config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
