"""What the templates of the account pages may know about the site."""

from django.conf import settings
from django.http import HttpRequest

from accounts import first_run

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def site(request: HttpRequest) -> dict[str, object]:
    """What is only pretended in development: mail that goes to the terminal, a server that plays LINE and Google. And
    whether the site waits for its first administrator, which only pages that ask look up.
    """
    return {
        "mail_is_printed": settings.EMAIL_BACKEND == CONSOLE,
        "demo_idp": bool(settings.DEMO_IDP),
        "nobody_yet": first_run.nobody_yet,
    }
