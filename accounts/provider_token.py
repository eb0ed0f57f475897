"""The one address of allauth.headless that is open: an app brings an id_token of LINE or Google, to sign in.

For LINE MINI Apps, LIFF and phones. The token is judged as one that comes by way of the browser is. The answer has a
session token, the person's name and public id; no cookie is read or set.
"""

import json
from typing import Any

from allauth.core.ratelimit import consume
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.headless.constants import Client
from allauth.headless.socialaccount.views import ProviderTokenView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import limits
from accounts.models import User
from accounts.providers import addresses

MOST_BYTES = 20_000
TEXTS = ("client_id", "id_token")

_sign_in = ProviderTokenView.as_api_view(client=Client.APP)


class HeadlessAdapter(DefaultHeadlessAdapter):  # type: ignore[misc]  # allauth ships no types
    """Says of a person what everybody in the household may know."""

    def serialize_user(self, user: User) -> dict[str, Any]:
        """The public id and the name."""
        return {"id": str(user.public_id), "display": user.get_short_name()}


@csrf_exempt  # no cookie signs anybody in here
@login_not_required
@require_POST
def provider_token(request: HttpRequest) -> HttpResponse:
    """200 with a session token for who has an account; 401 says what is lacking, 400 that it is not believed."""
    if not consume(request, action="login"):
        answer = _refusal(429, str(limits.SENTENCE))
        answer.headers["Retry-After"] = limits.retry_after(request)
        return answer
    if len(request.body) > MOST_BYTES:
        return _refusal(413, _("This is too long for an id_token."))
    if problem := _problem(request.body):
        return _refusal(400, problem)
    signed_in: HttpResponse = _sign_in(request)
    return signed_in


def _problem(body: bytes) -> str:
    """What is wrong with a request before its id_token is looked at, or ""."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return _("This is no JSON.")
    if not isinstance(data, dict) or data.get("process") != "login":
        return _("Send a JSON object with provider, process (login) and token.")
    if data.get("provider") not in addresses.offered():
        return _("This site does not offer that provider.")
    token = data.get("token")
    if not isinstance(token, dict) or not all(_is_text(token.get(name)) for name in TEXTS):
        return _("The token needs client_id and id_token.")
    return "" if _is_text(token.get("nonce", "-")) else _("The nonce must be a text.")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isascii() and value.isprintable()


def _refusal(status: int, message: str) -> HttpResponse:
    return JsonResponse({"status": status, "errors": [{"message": message}]}, status=status)
