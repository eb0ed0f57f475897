"""The two views of Google."""

from accounts.providers.oauth import SafeAdapter, views_of


class GoogleAdapter(SafeAdapter):
    """Google's code flow."""

    provider_id = "google"


oauth2_login, oauth2_callback = views_of(GoogleAdapter)
