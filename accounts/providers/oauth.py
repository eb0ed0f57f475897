"""What both providers have in common: what is sent with a person to the provider, and how the answer is read.

PKCE (S256), state and nonce go along with every sign-in, and nothing in the address of the page can change what is
asked for. The nonce is made of the code verifier, which waits in the session: so one secret proves both.
"""

import hashlib
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar

from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.core.ratelimit import consume_or_429
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_http_methods

from accounts import reauthentication
from accounts.providers import addresses, outgoing
from accounts.providers.claims import text
from accounts.providers.refusals import Refused, sentence
from accounts.sign_in_signals import sign_in_refused

View = Callable[..., HttpResponse]
STATE_LIVES = 600


def nonce_of(code_verifier: str) -> str:
    """The nonce that belongs to a code verifier; nobody without SECRET_KEY can tell one from the other."""
    return salted_hmac("accounts.providers.nonce", code_verifier, algorithm="sha256").hexdigest()


class SafeProvider(OAuth2Provider):  # type: ignore[misc]  # allauth ships no types
    """A provider whose request is fixed: scope, prompt and the like cannot be changed by the address of the page."""

    supports_token_authentication = True
    account_class = ProviderAccount
    scope: ClassVar[tuple[str, ...]]
    tells_when: ClassVar[bool]
    """Whether the answer to get_again_params always says when somebody signed in there (auth_time)."""

    @abstractmethod
    def read(self, id_token: str, *, nonce: str | None, by_app: bool) -> Mapping[str, Any]:
        """What the token says, believed. Raises Refused."""

    def get_pkce_params(self) -> dict[str, Any]:
        """PKCE whatever the settings say, and the nonce."""
        params: dict[str, Any] = generate_code_challenge()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def get_scope(self) -> list[str]:
        """What is asked for."""
        return list(self.scope)

    def get_auth_params(self) -> dict[str, str]:
        """What else goes along."""
        return {}

    def get_again_params(self) -> dict[str, str]:
        """What goes along instead where somebody must sign in there anew, though they are signed in."""
        return self.get_auth_params()

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Of all that a request says only where to go afterwards, and what for; who asked is kept with it."""
        again, connects = _is_again(request), request.POST.get("process") == "connect"
        return {
            "process": reauthentication.PROCESS if again else "connect" if connects else "login",
            "next_url": get_next_redirect_url(request),
            "data": reauthentication.begin(request) if again or connects else {"person": None},
            "scope": self.get_scope(),
            "auth_params": self.get_again_params() if again else self.get_auth_params(),
        }

    def verify_token(self, request: HttpRequest, token: dict[str, Any]) -> SocialLogin:
        """The person of an id_token that an app brings. Raises ValidationError with the sentence of a refusal."""
        try:
            if not token.get("id_token"):
                raise Refused("subject")
            claims = self.read(token["id_token"], nonce=token.get("nonce"), by_app=True)
        except Refused as refused:
            sign_in_refused.send(sender=type(self), provider=self.name, reason=refused.reason)
            raise ValidationError(sentence(refused.reason, self.name), code=refused.reason) from refused
        return self.sociallogin_from_response(request, claims)

    def sociallogin_from_response(self, request: HttpRequest, response: Mapping[str, Any]) -> SocialLogin:
        """Who it is. Two sign-ins of one identity at the same instant wait for each other from here on."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self.id}:{response['sub']}"])
        return super().sociallogin_from_response(request, response)

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        """`sub`, which never changes and is given to nobody else."""
        return str(data["sub"])

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """As little as the pages show."""
        return {"sub": data["sub"], "name": text(data.get("name")), "email": text(data.get("email"), 254)}

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What the sign-up form begins with."""
        return {"name": text(data.get("name"), 100), "email": text(data.get("email"), 254)}


class SafeAdapter(OAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """Exchanges the code for an id_token and reads it; an access token alone signs nobody in."""

    expected_nonce = ""

    @property
    def authorize_url(self) -> str:
        """Where people are sent."""
        return addresses.of(self.provider_id).authorize

    @property
    def access_token_url(self) -> str:
        """Where the code is exchanged."""
        return addresses.of(self.provider_id).token

    def get_callback_url(self, request: HttpRequest, app: object) -> str:
        """The redirect_uri. Raises Refused under a host that is not one of ours."""
        return addresses.callback(request, reverse(f"{self.provider_id}_callback"))

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """What the provider gives for the code. Raises Refused; for a state that was used before, without asking."""
        if not pkce_code_verifier:
            raise Refused("verifier")
        spent = hashlib.sha256(request.GET["state"].encode()).hexdigest()
        # Two answers at the same instant both find the state in the session; only one of them can write this row.
        if not cache.add(f"sign-in-state:{spent}", 1, STATE_LIVES):
            raise Refused("state")
        self.expected_nonce = nonce_of(pkce_code_verifier)
        fields = {
            "grant_type": "authorization_code",
            "code": request.GET["code"],
            "redirect_uri": client.callback_url,
            "client_id": app.client_id,
            "client_secret": app.secret,
            "code_verifier": pkce_code_verifier,
        }
        return outgoing.post(self.access_token_url, fields)

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """The access token and its companions, empty unless they will be kept. Raises Refused where they are none."""
        texts = [data.get("access_token"), data.get("refresh_token", ""), data.get("id_token")]
        seconds = data.get(self.expires_in_key, 0)
        if not all(isinstance(each, str) for each in texts) or type(seconds) is not int or abs(seconds) > 10**9:
            raise Refused("nonsense")
        kept = settings.SIGN_IN[self.provider_id]["keeps_tokens"]
        return super().parse_token(data) if kept else SocialToken(token="")

    def complete_login(self, request: HttpRequest, app: object, token: object, **kwargs: Any) -> SocialLogin:
        """Who it is, by the id_token. Raises Refused."""
        provider = self.get_provider()
        claims = provider.read(kwargs["response"]["id_token"], nonce=self.expected_nonce, by_app=False)
        login = provider.sociallogin_from_response(request, claims)
        login.signed_in_at = claims.get("auth_time")
        return login


def views_of(adapter: type[SafeAdapter]) -> tuple[View, View]:
    """The views that send to a provider (by POST; a GET only asks) and that take its answer; 404 unless offered."""
    login = OAuth2LoginView.adapter_view(adapter)
    sure = reauthentication_required(app="allauth.socialaccount", enabled=_connects)(login)
    callback = OAuth2CallbackView.adapter_view(adapter)
    return (
        require_http_methods(["GET", "POST"])(_if_offered(adapter, _limited(_if_asked_so(adapter, sure)))),
        require_http_methods(["GET"])(_if_offered(adapter, callback)),
    )


def _is_again(request: HttpRequest) -> bool:
    """Whether somebody signed in shows once more that it is them."""
    return request.POST.get("process") == reauthentication.PROCESS and request.user.is_authenticated


def _connects(request: HttpRequest) -> bool:
    """Whether somebody signed in wants to connect: that needs the password anew, before they are sent away."""
    return request.method == "POST" and request.POST.get("process") == "connect" and request.user.is_authenticated


def _if_offered(adapter: type[SafeAdapter], view: View) -> View:
    @wraps(view)
    def offered_only(request: HttpRequest) -> HttpResponse:
        if not addresses.is_offered(adapter.provider_id):
            raise Http404
        try:
            return view(request)
        except Refused as refused:
            # allauth makes the redirect_uri before it begins to listen for refusals.
            answer: HttpResponse = render_authentication_error(
                request, adapter(request).get_provider(), exception=refused
            )
            return answer

    return offered_only


def _if_asked_so(adapter: type[SafeAdapter], view: View) -> View:
    """Who has a password, a second factor or another provider shows by that who they are."""

    @wraps(view)
    def asked_so(request: HttpRequest) -> HttpResponse:
        if _is_again(request) and not reauthentication.is_way(request.user, adapter.provider_id):
            return redirect(reauthentication.page(get_next_redirect_url(request)))
        return view(request)

    return asked_so


def _limited(view: View) -> View:
    @wraps(view)
    def slowed_down(request: HttpRequest) -> HttpResponse:
        refused: HttpResponse | None = consume_or_429(request, action="login") if request.method == "POST" else None
        if refused is None and _is_again(request):
            refused = consume_or_429(request, action="reauthenticate", user=request.user)
        return refused or view(request)

    return slowed_down
