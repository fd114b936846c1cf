"""Sign-in. The names are those by which allauth finds its own pages."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path, re_path

from vizavi.access import views

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("login/again/", views.Again.as_view()),
    path("logout/", allauth.logout, name="account_logout"),
    path("login/inactive/", allauth.account_inactive, name="account_inactive"),
    path("login/signup/", allauth.signup, name="account_signup"),
    path("password/reset/", allauth.password_reset, name="account_reset_password"),
    path("password/reset/sent/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("in/<str:secret>/", views.link),
]
