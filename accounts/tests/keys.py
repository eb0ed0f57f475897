"""A security key in software, for the tests of passkeys: what it registers, and what it signs."""

import json
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import User

HOST = "testserver"


class Key:
    """One key of one person. verified: whether it asked for a PIN or a finger, as it says in all that it signs."""

    def __init__(self, user: User, *, verified: bool) -> None:
        self.user, self.verified, self.id = user, verified, b"key-of-the-tests"
        self._private = ec.generate_private_key(ec.SECP256R1())

    def registered(self) -> dict[str, Any]:
        """What is stored of it, as a browser hands it over."""
        public = ES256.from_cryptography_key(self._private.public_key())  # type: ignore[no-untyped-call]  # of fido2
        known = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = AuthenticatorData.create(_sha256(HOST.encode()), self._flags() | AuthenticatorData.FLAG.AT, 0, known)
        made = AttestationObject.create("none", data, {})
        return self._told({"attestationObject": websafe_encode(made), **_client("webauthn.create", "")})

    def signed(self, challenge: str) -> str:
        """Its answer to a challenge, in JSON."""
        data = AuthenticatorData.create(_sha256(HOST.encode()), self._flags(), 1)
        said = _client("webauthn.get", challenge)
        about = json.dumps(_content("webauthn.get", challenge)).encode()
        signature = self._private.sign(bytes(data) + _sha256(about), ec.ECDSA(SHA256()))
        handle = websafe_encode(user_pk_to_url_str(self.user).encode())
        parts = {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        return json.dumps(self._told({**said, **parts, "userHandle": handle}))

    def _flags(self) -> AuthenticatorData.FLAG:
        flag = AuthenticatorData.FLAG
        return flag.UP | flag.UV if self.verified else flag.UP

    def _told(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _client(kind: str, challenge: str) -> dict[str, str]:
    return {"clientDataJSON": websafe_encode(json.dumps(_content(kind, challenge)).encode())}


def _content(kind: str, challenge: str) -> dict[str, str]:
    return {"type": kind, "challenge": challenge, "origin": f"https://{HOST}"}


def _sha256(data: bytes) -> bytes:
    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize()
