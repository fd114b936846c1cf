from django.urls import path

from vizavi.setup import dictionaries, fields, onboarding, people, personal, views

urlpatterns = [
    path("settings/", views.index),
    path("settings/_prefs/", personal.prefs),
    path("settings/_onboarding/", onboarding.over),
    path("settings/profile/", views.profile),
    path("settings/password/", views.password),
    path("settings/firm/", views.firm_page),
    path("settings/dictionaries/", dictionaries.index),
    path("settings/dictionaries/<slug:dictionary>/", dictionaries.one),
    path("settings/dictionaries/<slug:dictionary>/new/", dictionaries.option),
    path("settings/dictionaries/<slug:dictionary>/<int:pk>/", dictionaries.option),
    path("settings/fields/", fields.index),
    path("settings/fields/<slug:plural>/", fields.one),
    path("settings/fields/<slug:plural>/section/new/", fields.part),
    path("settings/fields/<slug:plural>/section/<int:at>/", fields.part),
    path("settings/fields/<slug:plural>/field/<slug:name>/", fields.field),
    path("settings/fields/<slug:plural>/new/", fields.kinds),
    path("settings/fields/<slug:plural>/new/<slug:kind>/", fields.custom),
    path("settings/fields/<slug:plural>/custom/<int:pk>/", fields.custom),
    path("settings/tokens/", views.tokens),
    path("settings/tokens/<int:pk>/revoke/", views.revoke),
    path("settings/sessions/", views.sessions),
    path("settings/sessions/<int:pk>/end/", views.end_session),
    path("settings/invite/", people.invite),
    # Whoever is created by hand needs a way in: both are one.
    path("settings/users/new/", people.invite),
    path("settings/users/<int:pk>/link/", people.link),
    path("settings/users/<int:pk>/block/", people.block),
]
