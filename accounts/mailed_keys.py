"""Links in mails that carry a key, and the pages that take it.

The key stands behind "#", a part of an address that no browser sends: it is in no log, no Referer, no proxy's memory.
static/js/mailed.js puts it into the form of the page and sends that; without JavaScript the person pastes it.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe


def link(request: HttpRequest, page: str, key: str) -> str:
    """The whole address of the page of this name, with the key behind it."""
    return f"{request.build_absolute_uri(reverse(page))}#{key}"


class KeyForm(forms.Form):
    """The key of a link. opens: what a key opens, or None; `opened` is that, where the form is valid."""

    use_required_attribute = False

    key = forms.CharField(
        label=_("Key"),
        max_length=1000,
        help_text=_("You may paste the whole link."),
        error_messages={"required": _("Paste the key that you were sent, or the whole link.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, request: HttpRequest, opens: Callable[[str], Any], refusal: str) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.opens, self.refusal, self.opened = opens, refusal, None

    def clean_key(self) -> str:
        """The key alone. Raises ValidationError where it opens nothing."""
        key = _bare(str(self.cleaned_data["key"]))
        self.opened = self.opens(key)
        if self.opened is None:
            raise ValidationError(self.refusal, code="unknown")
        return key


def _bare(text: str) -> str:
    """The key of what was pasted: itself, or a link that ends with it, also one of before, with the key in its path."""
    whole = "".join(text.split()).replace("%23", "#").rstrip("/")
    return whole.rpartition("#")[2].rpartition("/")[2]


def moved(page: str) -> Callable[..., HttpResponse]:
    """The view of an address with a key in its path, which leads to the page of this name with the key behind it.

    For links that were mailed when keys stood there, and for those whose "#" a mail scanner wrote as "%23".
    """

    @login_not_required
    @require_safe
    def view(request: HttpRequest, key: str) -> HttpResponse:
        return redirect(f"{reverse(page)}#{key}")

    return view
