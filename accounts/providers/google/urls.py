"""The addresses of Google: google/login/ and google/login/callback/."""

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from accounts.providers.google.provider import GoogleProvider

urlpatterns = default_urlpatterns(GoogleProvider)
