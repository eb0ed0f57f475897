"""What the templates of the account pages may know about the site."""

from django.conf import settings
from django.http import HttpRequest

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def mail(request: HttpRequest) -> dict[str, bool]:
    """What is only pretended in development: mail that goes to the terminal, a server that plays LINE and Google."""
    return {"mail_is_printed": settings.EMAIL_BACKEND == CONSOLE, "demo_idp": bool(settings.DEMO_IDP)}
