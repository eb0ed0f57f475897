"""LINE: its verify endpoint judges the id_token, and what it answers is judged once more."""

import time
from collections.abc import Mapping
from typing import Any

from accounts.providers import addresses, claims, outgoing
from accounts.providers.line.views import LineAdapter
from accounts.providers.oauth import SafeProvider

ISSUERS = ("https://access.line.me",)
AGAIN = 60
"""Seconds. https://developers.line.biz/en/docs/line-login/integrate-line-login/ (max_age)."""


class LineProvider(SafeProvider):
    """People of LINE; many have no e-mail address there, and none that they have counts as confirmed."""

    id = "line"
    name = "LINE"
    oauth2_adapter_class = LineAdapter
    scope = ("openid", "profile", "email")
    tells_when = True

    def get_again_params(self) -> dict[str, str]:
        """Show the sign-in whatever session there is, and say in the answer when it was (auth_time)."""
        return {"prompt": "login", "max_age": str(AGAIN)}

    def read(self, id_token: str, *, nonce: str | None, by_app: bool) -> Mapping[str, Any]:
        """What the token says, believed. Raises Refused."""
        fields = {"id_token": id_token, "client_id": self.app.client_id, **({"nonce": nonce} if nonce else {})}
        said = outgoing.post(addresses.of(self.id).verify, fields)
        return claims.check(
            said, issuers=ISSUERS, client_id=self.app.client_id, nonce=nonce, now=time.time(), by_app=by_app
        )


provider_classes = [LineProvider]
