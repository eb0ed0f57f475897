"""What of allauth is built upon without being documented: pinned here, so that an upgrade that changes it is noticed.

docs/allauth.md says of each what it is used for. After an upgrade read allauth's changelog, then change READ.
"""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings

READ = "65.22.1"
"""The version up to which the changelog was read."""
FLOORS = ("accounts", "sources", "readings", "audit", "homelog")
PAGE = Path(settings.BASE_DIR, "docs", "allauth.md")

PINNED = {
    "allauth.account.adapter.DefaultAccountAdapter._get_login_attempts_cache_key": "self request **credentials",
    "allauth.account.adapter.DefaultAccountAdapter.get_login_stages": "self",
    "allauth.account.adapter.DefaultAccountAdapter.pre_authenticate": "self request **credentials",
    "allauth.account.adapter.DefaultAccountAdapter.send_notification_mail": "self template_prefix user context email",
    "allauth.account.auth_backends.AuthenticationBackend._authenticate": "self request **credentials",
    "allauth.account.authentication.get_authentication_records": "request user",
    "allauth.account.decorators.reauthentication_required": "function redirect_field_name allow_get enabled app",
    "allauth.account.forms.LoginForm.login": "self request redirect_url",
    "allauth.account.forms.ResetPasswordForm.save": "self request **kwargs",
    "allauth.account.forms.SignupForm.clean": "self",
    "allauth.account.forms.SignupForm.try_save": "self request",
    "allauth.account.internal.flows.login.record_authentication": "request user method **extra_data",
    "allauth.account.internal.flows.reauthentication.raise_if_reauthentication_required": "request app",
    "allauth.account.internal.flows.reauthentication.resume_request": "request",
    "allauth.account.internal.userkit.filter_users_by_email": "email is_active prefer_verified for_login",
    "allauth.account.internal.userkit.get_user_by_username": "username",
    "allauth.account.models.get_emailconfirmation_model": "",
    "allauth.account.stages.EmailVerificationStage.handle": "self",
    "allauth.account.utils.get_next_redirect_url": "request redirect_field_name",
    "allauth.account.utils.has_verified_email": "user email",
    "allauth.account.utils.perform_login": ("request user email_verification redirect_url signal_kwargs signup email"),
    "allauth.account.utils.url_str_to_user_pk": "pk_str",
    "allauth.account.utils.user_pk_to_url_str": "user",
    "allauth.account.views.ConfirmEmailView.get_object": "self queryset",
    "allauth.account.views.PasswordResetFromKeyView.dispatch": "self request uidb36 key **kwargs",
    "allauth.core.context.request_context": "request",
    "allauth.core.internal.cryptokit.normalize_user_code": "code",
    "allauth.core.internal.ratelimit._consume_single_rate": "request app action rate key user dry_run raise_exception",
    "allauth.core.internal.ratelimit.get_cache_key": "request app action rate key user",
    "allauth.core.ratelimit.consume": "request action key user dry_run raise_exception",
    "allauth.core.ratelimit.consume_or_429": "request *args **kwargs",
    "allauth.core.ratelimit.respond_429": "request",
    "allauth.headless.socialaccount.views.ProviderTokenView.as_api_view": "**initkwargs",
    "allauth.mfa.adapter.DefaultMFAAdapter.build_totp_svg": "self url",
    "allauth.mfa.base.forms.BaseAuthenticateForm.clean_code": "self",
    "allauth.mfa.base.forms.BaseAuthenticateForm._emit_authentication_failed": "self authenticator",
    "allauth.mfa.recovery_codes.views.download_recovery_codes": "self request *args **kwargs",
    "allauth.mfa.recovery_codes.views.view_recovery_codes": "self request *args **kwargs",
    "allauth.mfa.totp.forms.ActivateTOTPForm.clean_code": "self",
    "allauth.mfa.utils.is_mfa_enabled": "user types",
    "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.deserialize_instance": "self model data",
    "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.get_requests_session": "self",
    "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.get_signup_form_initial_data": "self sociallogin",
    "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.is_auto_signup_allowed": "self request sociallogin",
    "allauth.socialaccount.adapter.DefaultSocialAccountAdapter.serialize_instance": "self instance",
    "allauth.socialaccount.forms.DisconnectForm.clean": "self",
    "allauth.socialaccount.forms.DisconnectForm.save": "self",
    "allauth.socialaccount.helpers.render_authentication_error": "request provider error exception extra_context",
    "allauth.socialaccount.providers.base.provider.Provider.extract_common_fields": "self data",
    "allauth.socialaccount.providers.base.provider.Provider.extract_email_addresses": "self data",
    "allauth.socialaccount.providers.base.provider.Provider.extract_extra_data": "self data",
    "allauth.socialaccount.providers.base.provider.Provider.extract_uid": "self data",
    "allauth.socialaccount.providers.base.provider.Provider.sociallogin_from_response": "self request response",
    "allauth.socialaccount.providers.base.provider.Provider.verify_token": "self request token",
    "allauth.socialaccount.providers.oauth2.provider.OAuth2Provider.get_auth_params": "self",
    "allauth.socialaccount.providers.oauth2.provider.OAuth2Provider.get_pkce_params": "self",
    "allauth.socialaccount.providers.oauth2.provider.OAuth2Provider.get_redirect_from_request_kwargs": "self request",
    "allauth.socialaccount.providers.oauth2.provider.OAuth2Provider.get_scope": "self",
    "allauth.socialaccount.providers.oauth2.urls.default_urlpatterns": "provider",
    "allauth.socialaccount.providers.oauth2.utils.generate_code_challenge": "",
    "allauth.socialaccount.providers.oauth2.views.OAuth2Adapter.complete_login": "self request app token **kwargs",
    "allauth.socialaccount.providers.oauth2.views.OAuth2Adapter.get_access_token_data": (
        "self request app client pkce_code_verifier"
    ),
    "allauth.socialaccount.providers.oauth2.views.OAuth2Adapter.get_callback_url": "self request app",
    "allauth.socialaccount.providers.oauth2.views.OAuth2Adapter.parse_token": "self data",
    "allauth.socialaccount.providers.oauth2.views.OAuth2View.adapter_view": "adapter",
}
"""By name: the parameters."""
DOCUMENTED = {
    *("DefaultAccountAdapter", "DefaultHeadlessAdapter", "DefaultMFAAdapter", "DefaultSocialAccountAdapter"),
    *("get_adapter", "app_settings", "forms", "ratelimit", "signals", "views", "ImmediateHttpResponse"),
    *("user_logged_in", "social_account_added", "authenticator_added", "UserTokenForm"),
    *("EmailAddress", "UserSession", "Authenticator", "SocialAccount", "SocialApp", "SocialLogin", "SocialToken"),
}
"""What stands in allauth's documentation, or is a module, a model or the settings."""
CLASSES = {
    *("AuthenticationBackend", "EmailVerificationStage", "Client", "ProviderTokenView", "ActivateTOTPForm"),
    *("AddWebAuthnForm", "ProviderAccount", "OAuth2Error", "OAuth2Provider", "OAuth2Adapter"),
    *("OAuth2CallbackView", "OAuth2LoginView", "ReauthenticationRequired", "STATE_SESSION_KEY"),
}
"""Classes that are built upon, and a key of the session; what is used of them is pinned above, or tested."""


def found(name: str) -> Any:
    """What a dotted name names."""
    module, names = name, list[str]()
    while True:
        try:
            thing: Any = importlib.import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            names.insert(0, last)
    for each in names:
        thing = getattr(thing, each)
    return thing


def our_files() -> Iterator[Path]:
    """The files of the site that name allauth."""
    for floor in FLOORS:
        for file in Path(settings.BASE_DIR, floor).rglob("*.py"):
            is_ours = not {"tests", "migrations"} & set(file.parts) and not file.stem.startswith(
                ("testing", "settings")
            )
            if is_ours and "from allauth" in file.read_text():
                yield file


def overridden() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each function of allauth in whose place one of ours stands."""
    for file in our_files():
        module = importlib.import_module(".".join(file.relative_to(settings.BASE_DIR).with_suffix("").parts))
        ours = [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]
        for each in ours:
            for name, value in vars(each).items():
                bases = [base for base in each.__mro__[1:] if base.__module__.startswith("allauth")]
                theirs = [base for base in bases if name in vars(base)]
                if theirs and inspect.isfunction(value) and not name.startswith("__"):
                    yield f"{theirs[0].__module__}.{theirs[0].__qualname__}.{name}", vars(theirs[0])[name]


def test_the_changelog_was_read_up_to_the_version_that_is_installed() -> None:
    assert allauth.__version__ == READ, "Read allauth's changelog from READ on against docs/allauth.md."


@pytest.mark.parametrize(("name", "parameters"), PINNED.items(), ids=str)
def test_what_is_not_documented_is_as_it_was(name: str, parameters: str) -> None:
    marks: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    there = inspect.signature(found(name)).parameters.values()
    assert " ".join(marks.get(each.kind, "") + each.name for each in there) == parameters


def test_whatever_of_allauth_has_ours_in_its_place_is_documented_or_pinned() -> None:
    names = dict(overridden())
    assert len(names) > 40
    documented = {name for name, theirs in names.items() if ".Default" in name and theirs.__doc__}
    assert names.keys() - documented - PINNED.keys() == set()


def test_whatever_is_imported_is_documented_or_pinned() -> None:
    names = {
        f"{node.module}.{alias.name}"
        for file in our_files()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("allauth")
        for alias in node.names
    }
    assert len(names) > 40
    assert {name for name in names - PINNED.keys() if name.rpartition(".")[2] not in DOCUMENTED | CLASSES} == set()


def test_the_documentation_names_each_that_is_pinned() -> None:
    text = PAGE.read_text()
    assert READ in text
    names = {name: name.split(".")[-2:] for name in PINNED}
    assert [name for name, (of, last) in names.items() if not {f"`{of}.{last}`", f"`{last}`"} & words_of(text)] == []


def words_of(text: str) -> set[str]:
    """What stands in backticks."""
    return {f"`{each}`" for each in text.split("`")[1::2]}
