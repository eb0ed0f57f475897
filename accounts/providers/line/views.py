"""The two views of LINE."""

from accounts.providers.oauth import SafeAdapter, views_of


class LineAdapter(SafeAdapter):
    """LINE's code flow."""

    provider_id = "line"


oauth2_login, oauth2_callback = views_of(LineAdapter)
