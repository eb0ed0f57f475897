"""LINE: its verify endpoint judges the id_token, and what it answers is judged once more."""

import time
from collections.abc import Mapping
from typing import Any

from accounts.providers import addresses, claims, outgoing
from accounts.providers.line.views import LineAdapter
from accounts.providers.oauth import SafeProvider

ISSUERS = ("https://access.line.me",)


class LineProvider(SafeProvider):
    """People of LINE; many have no e-mail address there, and none that they have counts as confirmed."""

    id = "line"
    name = "LINE"
    oauth2_adapter_class = LineAdapter
    scope = ("openid", "profile", "email")

    def read(self, id_token: str, *, nonce: str | None, by_app: bool) -> Mapping[str, Any]:
        """What the token says, believed. Raises Refused."""
        fields = {"id_token": id_token, "client_id": self.app.client_id, **({"nonce": nonce} if nonce else {})}
        said = outgoing.post(addresses.of(self.id).verify, fields)
        return claims.check(
            said, issuers=ISSUERS, client_id=self.app.client_id, nonce=nonce, now=time.time(), by_app=by_app
        )


provider_classes = [LineProvider]
