"""Whoever's session ended while they typed is led back, once they signed in, to what they had typed.

Scripts keep that in the browser; who has none has only the address to which signing in leads back.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode

View = TypeVar("View", bound=Callable[..., HttpResponse])

MOST = 2_000
"""Characters of an address that leads back; one that would be longer leads back to the bare page."""
TYPED = "typed"
"""What such an address says beside the fields: that nothing of it was stored."""


def carries(names: str) -> Callable[[View], View]:
    """For a view that opens with what its address brings: `names`, a pattern for the fields that are short and no
    secret.
    """

    def mark(view: View) -> View:
        view.carries = re.compile(names)  # type: ignore[attr-defined]
        return view

    return mark


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks whoever is not signed in to do so, and then leads back."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseRedirect:
        """To the page of signing in; from a form of a view that `carries`, with what was typed."""
        names = getattr(view_func, "carries", None)
        back = request.get_full_path()
        # A reading of another time would come back as one of now.
        if names and request.method == "POST" and not request.POST.get("recorded_at"):
            typed = {name: str(value) for name, value in request.POST.items() if value and names.fullmatch(name)}
            with_typed = f"{request.path}?{urlencode({**request.GET.dict(), **typed, TYPED: '1'})}"
            back = with_typed if typed and len(with_typed) <= MOST else back
        return redirect_to_login(back, self.get_login_url(view_func), self.get_redirect_field_name(view_func))
