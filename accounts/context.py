"""What the templates of the account pages may know about the site."""

from django.conf import settings
from django.http import HttpRequest

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def mail(request: HttpRequest) -> dict[str, bool]:
    """Whether mail goes to the terminal of a development server instead of anybody's mailbox."""
    return {"mail_is_printed": settings.EMAIL_BACKEND == CONSOLE}
