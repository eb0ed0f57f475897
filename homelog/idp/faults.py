"""What can be wrong with a provider, by name: in what its id_token says, in how it is signed, in how it answers."""

import time
from collections.abc import Callable
from typing import Any

Claims = dict[str, Any]


def _with(**changed: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **changed}


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


SAID: dict[str, Callable[[Claims], Claims]] = {
    "nonce of another sign-in": _with(nonce="0" * 64),
    "no nonce": _without("nonce"),
    "nonce that is no text": _with(nonce=["0"]),
    "made for another site": _with(aud="another-site"),
    "made for two sites": lambda claims: {**claims, "aud": [claims["aud"], "another-site"]},
    "no audience": _without("aud"),
    "handed on by another site": _with(azp="another-site"),
    "another issuer": _with(iss="https://evil.example"),
    "issuer that only begins alike": lambda claims: {**claims, "iss": claims["iss"] + ".evil.example"},
    "expired": lambda claims: {**claims, "iat": time.time() - 7200, "exp": time.time() - 3600},
    "from the future": lambda claims: {**claims, "iat": time.time() + 3600, "exp": time.time() + 7200},
    "never expires": _without("exp"),
    "expires at a word": _with(exp="tomorrow"),
    "nobody": _without("sub"),
    "nobody's name": _with(sub=""),
    "a number for a name": _with(sub=100000000000000000001),
    "a name that is too long": _with(sub="1" * 300),
    "a name with a NUL": _with(sub="1\0 2"),
}
"""In what the token says (by LINE: in what its verify endpoint answers)."""

ANEW: dict[str, Callable[[Claims], Claims]] = {
    "signed in long ago": lambda claims: {**claims, "auth_time": time.time() - 7200},
    "signed in in the future": lambda claims: {**claims, "auth_time": time.time() + 7200},
    "signed in at a word": _with(auth_time="now"),
    "signed in at yes": _with(auth_time=True),
}
"""In what it says of when somebody signed in, where they are asked to do so anew; else it does not matter."""

SIGNED = {
    "not signed",
    "signed with the secret",
    "signed with another key",
    "signed with an unknown key",
    "not even a token",
}
"""In the signature; LINE's verify endpoint refuses all of these itself."""

ANSWERED = {
    "500",
    "400",
    "slow",
    "drips",
    "drips its headers",
    "HTML",
    "10 MB",
    "a list",
    "deeply nested",
    "redirects elsewhere",
    "hangs up",
    "empty",
}
"""In how an endpoint answers; written as "token: 500", "verify: slow" or "certificates: HTML"."""

EXCHANGED = {
    "no id_token",
    "an access token that is a number",
    "an expiry that is a word",
    "does not look at the verifier",
}
"""In what the token endpoint gives."""


def twisted(claims: Claims, fault: str) -> Claims:
    """What is said with this fault; the same for one that is not about what is said."""
    twist = {**SAID, **ANEW}.get(fault)
    return twist(claims) if twist else claims
