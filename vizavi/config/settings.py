"""Vizavi's settings. One file, driven by the environment; docs/operations.md lists the variables."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import jinja2
from django.core.exceptions import ImproperlyConfigured

from vizavi.cli.data import data_directory, read_secret_key
from vizavi.config import database


def flag(name: str) -> bool:
    """Is the environment's switch on?"""
    return os.environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


PACKAGE = Path(__file__).resolve().parent.parent
DATA = data_directory()
TESTING = flag("VIZAVI_TEST")
DEBUG = flag("VIZAVI_DEBUG")
HTTPS = flag("VIZAVI_HTTPS")

# --- Addresses ---------------------------------------------------------------------------------------------------
# The address that people type, for links in mail; without it the request's own host is used.
PUBLIC_URL = os.environ.get("VIZAVI_URL", "").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if PUBLIC_URL and _public.scheme not in ("http", "https"):
    raise ImproperlyConfigured("VIZAVI_URL must start with http:// or https://.")
_hosts = [name.strip() for name in os.environ.get("VIZAVI_HOSTS", "").split(",") if name.strip()]
ALLOWED_HOSTS = [*_hosts, *([_public.hostname] if _public.hostname else []), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else []

# A process that was started without `vizavi` and without a key gets one of its own: sessions end with it.
SECRET_KEY = os.environ.get("VIZAVI_SECRET_KEY") or read_secret_key(DATA) or os.urandom(48).hex()

# --- Applications ------------------------------------------------------------------------------------------------
OWN_APPS = [
    "ui",
    "core",
    "dictionaries",
    "custom",
    "search",
    "files",
    "jobs",
    "duplicates",
    "exchange",
    "moving",
    "api",
    "screens",
    "lists",
    "access",
    "clients",
    "cleaning",
    "activities",
    "setup",
    "demo",
]

INSTALLED_APPS = [
    *(f"vizavi.{name}" for name in OWN_APPS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_tasks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "vizavi.ui.security.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "vizavi.access.middleware.Personal",
    "vizavi.access.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "vizavi.config.urls"
WSGI_APPLICATION = "vizavi.config.wsgi.application"

# --- Templates ---------------------------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        # Our templates lie in each package's templates/, where Django looks only for its own language.
        "DIRS": [PACKAGE / name / "templates" for name in OWN_APPS],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "vizavi.ui.jinja.environment",
            "autoescape": True,
            "undefined": jinja2.StrictUndefined,
            "context_processors": ["vizavi.ui.context.page_context"],
        },
    },
    {
        # allauth's texts of e-mails.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

# --- Data --------------------------------------------------------------------------------------------------------
DATABASES = {"default": database.from_environment(DATA, TESTING)}
# What changes the shape of tables runs under this role where it is set; everything else cannot. See core.dialect.
OWNER_DATABASE = database.of_owner()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, because the server runs several processes and rate limits must count in all of them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "vizavi_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# What people upload, by content hash.
FILES_ROOT = DATA / "files"
MEDIA_ROOT = FILES_ROOT
# The folder below which scheduled imports look and scheduled exports write, and whether the former may fetch from
# addresses of the local network.
EXCHANGE_ROOT = Path(os.environ.get("VIZAVI_EXCHANGE_FOLDER") or DATA / "exchange")
PRIVATE_ADDRESSES = flag("VIZAVI_PRIVATE_ADDRESSES")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

TASKS = {"default": {"BACKEND": "vizavi.jobs.backend.JobBackend"}}

# --- Static files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("VIZAVI_STATIC") or Path(sys.prefix) / "share" / "vizavi" / "static")
_hashed_names = not (DEBUG or TESTING)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _hashed_names
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _hashed_names
WHITENOISE_AUTOREFRESH = not _hashed_names

# --- Sign-in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["vizavi.access.backend.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
if TESTING:
    # Argon2 is slow on purpose, and the tests sign in hundreds of times.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_ADAPTER = "vizavi.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "/login/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
# Letters to addresses that nobody here has would be other people's spam.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Beside the limits that allauth has by itself: our own doors.
ACCOUNT_RATE_LIMITS = {"sign_in_link": "20/m/ip", "new_password": "10/m/user"}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Would write on every page shown.
USERSESSIONS_TRACK_ACTIVITY = False
# How many proxies in front may be believed about the visitor's address.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("VIZAVI_PROXIES") or 0)

SESSION_COOKIE_NAME = "vizavi_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "vizavi_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "vizavi.ui.errors.forged"
LANGUAGE_COOKIE_NAME = "vizavi_language"
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Secure headers; the content security policy is in vizavi.ui.security ----------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
# HSTS for subdomains and preloading are the owner's of the domain to decide, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LANGUAGE_CODE = os.environ.get("VIZAVI_LANGUAGE") or "ru"
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured("VIZAVI_LANGUAGE is ru or en.")
LOCALE_PATHS = [PACKAGE / "languages"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Mail: smtp://user:password@host:587?from=crm@example.org, smtps:// for TLS from the first byte ---------------
_smtp = urlsplit(os.environ.get("VIZAVI_SMTP_URL", ""))
MAIL_CONFIGURED = bool(_smtp.hostname)
if _smtp.scheme not in ("", "smtp", "smtps"):
    raise ImproperlyConfigured("VIZAVI_SMTP_URL must start with smtp:// or smtps://.")
_smtp_options = dict(parse_qsl(_smtp.query))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_CONFIGURED else 'dummy'}.EmailBackend"
EMAIL_HOST = _smtp.hostname or "localhost"
EMAIL_PORT = _smtp.port or (465 if _smtp.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(_smtp.username or "")
EMAIL_HOST_PASSWORD = unquote(_smtp.password or "")
EMAIL_USE_SSL = _smtp.scheme == "smtps"
# STARTTLS unless it is refused in so many words (?starttls=0), as a test server on the same machine needs.
EMAIL_USE_TLS = not EMAIL_USE_SSL and _smtp_options.get("starttls", "1") != "0"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _smtp_options.get("from") or EMAIL_HOST_USER or "vizavi@localhost"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Log: one line an event to the standard error; never a request's body, a token or a password ------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "vizavi": {"level": os.environ.get("VIZAVI_LOG_LEVEL") or "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # 404 and 403 are ordinary answers.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
