"""The addresses of the account pages that allauth does not have."""

from django.conf import settings
from django.urls import path, re_path

from accounts import mailed_key_views, views
from accounts.mailed_keys import moved

app_name = "accounts"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("goodbye/", views.goodbye, name="goodbye"),
    path("set-up/", views.set_up, name="set_up"),
    path("reauthenticate/again/", views.reauthenticate, name="reauthenticate"),
    path("devices/", views.device_list, name="device_list"),
    path("password/reset/key/", mailed_key_views.reset_key, name="reset_key"),
    re_path(
        r"^password/reset/key/#?(?P<key>(?!done/|[0-9A-Za-z]+-set-password/)[^/]+)/?$",
        moved("accounts:reset_key"),
        name="reset_link",
    ),
]
by_link = [
    path("confirm-email/key/", mailed_key_views.confirm_key, name="confirm_key"),
    path("confirm-email/yes/", mailed_key_views.confirm_email, name="confirm_email"),
    re_path(r"^confirm-email/#?(?P<key>[-:\w]+)/?$", moved("accounts:confirm_key"), name="confirm_link"),
]
"""Where no code is mailed to confirm an address."""
if not settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED:
    urlpatterns += by_link
