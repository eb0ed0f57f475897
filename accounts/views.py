"""The account pages that allauth does not have."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import ProfileForm
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """The person's own page: name, language, time zone, and the ways to e-mail, password and sign-out."""
    person = User.objects.get(username=request.user.get_username())
    form = ProfileForm(request.POST or None, instance=person)
    if form.is_valid() and _saved(form):
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render(
        request, "accounts/profile.html", {"form": form, "section": "account"}, status=422 if form.is_bound else 200
    )


def _saved(form: ProfileForm) -> bool:
    """Save what is valid; where somebody took the user name since it was looked at, say so beside it."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("username", _("This user name is taken. Choose another one."))
        return False
    return True
