"""Messages with the way back: a button beside the sentence that posts to one address."""

from django.contrib import messages
from django.http import HttpRequest

UNDO = 26
"""The level of such a message, just above success; templates/partials/messages.html knows it by this number."""


def offer_undo(request: HttpRequest, text: str, url: str) -> None:
    """Show `text` on the next page with an Undo button that posts to `url`."""
    messages.add_message(request, UNDO, text, extra_tags=url)
