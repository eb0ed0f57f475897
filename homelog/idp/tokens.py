"""id_tokens as LINE (HS256 with the channel's secret) and Google (RS256) make them, and as nobody should."""

import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from homelog.idp import faults

ISSUER = {"line": "https://access.line.me", "google": "https://accounts.google.com"}
KEY_ID = "demo-key"
LIVES = 3600


class Signer:
    """One provider's keys."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.other_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def published(self) -> dict[str, Any]:
        """The public key, as Google publishes its own."""
        jwk = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**jwk, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}

    def token(self, provider: str, claims: dict[str, Any], secret: str, fault: str) -> str:
        """The id_token, with what is wrong with it."""
        if fault == "not even a token":
            return "eyJ.not.a.token"
        said = faults.twisted(claims, fault) if provider == "google" else claims
        if fault == "not signed":
            return jwt.encode(said, "", algorithm="none", headers={"kid": KEY_ID})
        if provider == "line" or fault == "signed with the secret":
            return jwt.encode(said, secret.ljust(32), algorithm="HS256", headers={"kid": KEY_ID})
        key = self.other_key if fault == "signed with another key" else self.key
        key_id = "no-such-key" if fault == "signed with an unknown key" else KEY_ID
        return jwt.encode(said, key, algorithm="RS256", headers={"kid": key_id})


def claims_of(provider: str, person: dict[str, Any], client_id: str, nonce: str | None) -> dict[str, Any]:
    """What an honest provider says."""
    now = int(time.time())
    said = {"iss": ISSUER[provider], "aud": client_id, "iat": now, "exp": now + LIVES, **person}
    return {**said, **({"nonce": nonce} if nonce else {})}


def read_line(id_token: str, secret: str) -> dict[str, Any]:
    """What a token of LINE says. Raises jwt.PyJWTError where it is not signed with the channel's secret."""
    unchecked = dict.fromkeys(("verify_aud", "verify_exp", "verify_iat"), False)
    said: dict[str, Any] = jwt.decode(id_token, secret.ljust(32), algorithms=["HS256"], options=unchecked)  # type: ignore[arg-type]
    return said
