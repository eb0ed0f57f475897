"""The second factor: what HomeLog tells allauth about it, and the staff who must have one."""

from collections.abc import Callable

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.main import QRCode

from accounts import encryption
from accounts.models import User

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Secrets encrypted at rest, our words, and an id in passkeys that says nothing about how many people there are."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That is not right. Try again with the newest code, or with another way."),
        "unverified_email": gettext_lazy("First confirm your e-mail address."),
    }

    def get_totp_issuer(self) -> str:
        """The name in the authenticator app."""
        return "HomeLog"

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as part of the page: black on white in any scheme, with no picture to be loaded."""
        code = QRCode(border=3)
        code.add_data(url)
        rows = code.get_matrix()
        path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
        return format_html(
            '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>',
            len(rows),
            _("QR code for the authenticator app"),
            path,
        )

    def encrypt(self, text: str) -> str:
        """What is stored of a secret."""
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises accounts.encryption.InvalidToken where no key fits."""
        return encryption.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """What a passkey is called unless its person says otherwise."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey") if not count else _("Passkey %(number)s") % {"number": count + 1}


class StaffMiddleware:
    """Staff without a second factor do not come into Django admin: they set one up first (STAFF_SECOND_FACTOR)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, or lead to the page where a second factor is set up."""
        if self._lacks_one(request):
            messages.warning(request, _("Administration needs a second factor. Set one up here, then go on."))
            return redirect("mfa_index")
        return self.get_response(request)

    def _lacks_one(self, request: HttpRequest) -> bool:
        if not settings.STAFF_SECOND_FACTOR or not request.path.startswith(f"/{settings.ADMIN_PATH}"):
            return False
        return request.user.is_authenticated and request.user.is_staff and not is_mfa_enabled(request.user, FACTORS)
