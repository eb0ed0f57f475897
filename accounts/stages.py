"""What stands between the right password and being signed in."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse


class ConfirmAddressStage(EmailVerificationStage):  # type: ignore[misc]  # allauth ships no types
    """Asks for the code from the mail, but not somebody who has no address: there is nowhere to send one."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """The page to answer with, if any, and whether the sign-in may go on."""
        person = self.login.user
        if person is not None and not person.email and not person.emailaddress_set.exists():
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
