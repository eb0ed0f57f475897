"""Judges what an id_token says: made by whom, for whom, when, for which sign-in. Knows no network and no database."""

import hmac
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from accounts.providers.refusals import Refused

LEEWAY = 60
"""Seconds by which clocks may differ."""
MOST_LETTERS = 191


def check(
    claims: Mapping[str, Any],
    *,
    issuers: Collection[str],
    client_id: str,
    nonce: str | None,
    now: float,
    by_app: bool = False,
) -> Mapping[str, Any]:
    """The same claims, believed. Raises Refused: issuer, audience, expired, nonce or subject, in this order.

    `nonce` is the one that was sent; None where none was. `by_app`: an app brings the token, which was made for this
    site (aud) but may have been handed to the app (azp).
    """
    if claims.get("iss") not in issuers:
        raise Refused("issuer")
    if claims.get("aud") not in (client_id, [client_id]):
        raise Refused("audience")
    if not by_app and claims.get("azp", client_id) != client_id:
        raise Refused("audience")
    if not _is_now(claims, now):
        raise Refused("expired")
    if nonce is not None and not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise Refused("nonce")
    if not _is_subject(claims.get("sub")):
        raise Refused("subject")
    return claims


def check_anew(signed_in_at: object, *, since: float, now: float, tells_when: bool) -> None:
    """Whether somebody signed in at the provider itself only after this site asked for it (`since`).

    `signed_in_at`: the claim auth_time. Raises Refused ("stale") where it is older or no time at all, and where it is
    lacking though the provider always `tells_when` it is asked: then the question was meddled with on its way.
    """
    if signed_in_at is None and not tells_when:
        return
    if not _is_number(signed_in_at) or not since - LEEWAY < signed_in_at < now + LEEWAY:  # type: ignore[operator]
        raise Refused("stale")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_now(claims: Mapping[str, Any], now: float) -> bool:
    until, since = claims.get("exp"), claims.get("iat")
    return _is_number(until) and _is_number(since) and now - LEEWAY < until and since < now + LEEWAY  # type: ignore[operator]


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= MOST_LETTERS and subject.isascii() and subject.isprintable()


def text(value: object, most: int = MOST_LETTERS) -> str:
    """A name or an address as it may be stored: no control characters, no more than `most` letters; "" for no text."""
    if not isinstance(value, str):
        return ""
    return "".join(each for each in value if unicodedata.category(each)[0] != "C").strip()[:most]
