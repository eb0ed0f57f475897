"""Lines of the account pages: one's own matter, whatever one may see. How they work is tested in accounts/tests."""

from typing import Any

from homelog.tests.matrix.household import Household
from homelog.tests.matrix.lines import Line


def _profile(house: Household, who: str) -> dict[str, str]:
    return {"display_name": "Renamed", "username": f"renamed_{who}", "language": "", "timezone": "Europe/Rome"}


def _own(name: str, purpose: str) -> list[Line]:
    return [
        Line(name, "GET", purpose, of="person", ok=None),
        Line(name, "POST", f"{purpose}, sent empty", of="person", ok=None),
    ]


def _open(name: str, purpose: str) -> list[Line]:
    return [
        Line(name, "GET", purpose, of="anybody", ok=None),
        Line(name, "POST", f"{purpose}, sent empty", of="anybody", ok=None),
    ]


ASKED: dict[str, Any] = {"of": "person", "ok": 302}
"""Whoever did not give the password just now is asked for it first; what comes then has tests of its own."""

ACCOUNT = [
    Line("accounts:profile", "GET", "One's own name, language, time zone", of="person"),
    Line(
        *("accounts:profile", "POST", "Change one's own name, language, time zone"),
        of="person",
        body=_profile,
        changes="user",
    ),
    Line("accounts:device_list", "GET", "Where one is signed in", of="person"),
    Line(
        *("accounts:device_list", "POST", "Sign out everywhere else"),
        of="person",
        body=lambda h, who: {"device": "others"},
    ),
    Line("sources:account_delete", "GET", "What goes with one's account, after the password once more", **ASKED),
    Line(
        *("sources:account_delete", "POST", "Delete one's account, after the password once more"),
        **ASKED,
        body=lambda h, who: {"typed": h.people[who].username} if who in h.people else {},
    ),
    Line("accounts:goodbye", "GET", "A goodbye to whose account is deleted", of="anybody", ok=None),
    *_open("accounts:set_up", "The first administrator, by the code that the server tells"),
    Line("sources:key_list", "GET", "The keys of one's gadgets, after the password once more", **ASKED),
    Line("sources:key_list", "POST", "Make a key, after the password once more", **ASKED),
    Line("sources:key_end", "POST", "Take back a key that is not one's own", of="person", ok=404),
    Line("audit:my_data", "GET", "What is one's own, after the password once more", **ASKED),
    Line("audit:my_data_zip", "GET", "The same as an archive, after the password once more", **ASKED),
    *_own("account_email", "One's own e-mail addresses"),
    *_own("account_change_password", "One's own password"),
    *_own("account_set_password", "A first password"),
    *_own("account_reauthenticate", "The password once more, before what is delicate"),
    Line(
        *("accounts:reauthenticate", "GET", "A sign-in with LINE or Google once more, before what is delicate"),
        of="person",
        ok=None,
    ),
    *_own("account_request_reauthentication_code", "A code by mail, before what is delicate"),
    *_own("account_confirm_reauthentication_code", "The code that was mailed, before what is delicate"),
    *_open("account_login", "Sign in"),
    *_open("account_logout", "Sign out"),
    *_open("account_signup", "Sign up"),
    *_open("account_inactive", "The page of an account that is switched off"),
    *_open("account_email_verification_sent", "The code that was mailed"),
    *_open("account_confirm_login_code", "The code that was mailed, to sign in"),
    *_open("account_reset_password", "Ask for a way to a new password"),
    *_open("account_reset_password_done", "The word that it is on its way"),
    *_open("accounts:reset_key", "Where the key of a new password is pasted"),
    *_open("accounts:reset_link", "A link of before, with the key in its path"),
    *_open("account_reset_password_from_key", "A new password, with the key in the session"),
    *_open("account_reset_password_from_key_done", "The word that it is set"),
]

SIGN_IN = [
    *_open("line_login", "Go to LINE"),
    *_open("line_callback", "Come back from LINE"),
    *_open("google_login", "Go to Google"),
    *_open("google_callback", "Come back from Google"),
    Line("provider_token", "POST", "An app brings an id_token; sent empty", of="anybody", ok=400),
    *_open("socialaccount_signup", "Make an account after LINE or Google said who it is"),
    *_open("socialaccount_login_cancelled", "The word that one turned back"),
    *_open("socialaccount_login_error", "The word that it did not work"),
    *_own("socialaccount_connections", "One's own LINE and Google"),
    *_open("mfa_authenticate", "The second factor, to sign in"),
    *_open("mfa_login_webauthn", "Sign in with a passkey"),
    *_own("mfa_index", "One's own second factor"),
    *_own("mfa_reauthenticate", "A code once more, before what is delicate"),
    *_own("mfa_reauthenticate_webauthn", "A passkey once more, before what is delicate"),
    *_own("mfa_activate_totp", "Set up an authenticator app"),
    *_own("mfa_deactivate_totp", "Remove the authenticator app"),
    *_own("mfa_view_recovery_codes", "One's own recovery codes"),
    *_own("mfa_download_recovery_codes", "One's own recovery codes as a file"),
    *_own("mfa_generate_recovery_codes", "New recovery codes"),
    *_own("mfa_list_webauthn", "One's own passkeys"),
    *_own("mfa_add_webauthn", "Add a passkey"),
    *_own("mfa_edit_webauthn", "Rename a passkey"),
    *_own("mfa_remove_webauthn", "Remove a passkey"),
]

AREAS = {"Account": ACCOUNT, "Signing in with LINE and Google, second factor": SIGN_IN}
