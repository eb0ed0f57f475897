"""The addresses of signing in with LINE and Google, of what is connected, and of the second factor."""

from django.urls import include, path

from accounts import connections, provider_token, second_factor_views

urlpatterns = [
    path("account/connections/", connections.connections, name="socialaccount_connections"),
    path("account/connections/", include("allauth.socialaccount.urls")),
    path("account/", include("accounts.providers.line.urls")),
    path("account/", include("accounts.providers.google.urls")),
    path("account/second-factor/recovery-codes/", second_factor_views.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/second-factor/recovery-codes/download/",
        second_factor_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("_allauth/app/v1/auth/provider/token", provider_token.provider_token, name="provider_token"),
]
