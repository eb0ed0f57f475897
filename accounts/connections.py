"""The page on which somebody connects and disconnects LINE and Google."""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.providers import addresses
from accounts.social_forms import DisconnectForm


@dataclass(frozen=True, slots=True)
class Row:
    """A provider, and the identity of it that is connected, if one is."""

    id: str
    name: str
    identity: SocialAccount | None

    @property
    def label(self) -> str:
        """By what somebody recognises the identity."""
        said = self.identity.extra_data if self.identity else {}
        return str(said.get("email") or said.get("name") or "")


@require_http_methods(["GET", "HEAD", "POST"])
def connections(request: HttpRequest) -> HttpResponse:
    """What can be signed in with; a POST disconnects one."""
    form = DisconnectForm(request.POST or None, request=request)
    if form.is_valid():
        form.save()
        return redirect("socialaccount_connections")
    context = {"form": form, "rows": _rows(request.user), "section": "account"}
    return render(request, "accounts/connections.html", context, status=422 if form.is_bound else 200)


def _rows(person: AbstractBaseUser | AnonymousUser) -> list[Row]:
    """Both providers in the order of their buttons, without those that are neither offered nor connected."""
    mine = {account.provider: account for account in SocialAccount.objects.filter(user_id=person.pk)}
    rows = [Row(provider_id, name, mine.get(provider_id)) for provider_id, name in addresses.NAMES.items()]
    return [row for row in rows if row.identity or addresses.is_offered(row.id)]
