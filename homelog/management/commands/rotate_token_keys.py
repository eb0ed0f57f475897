"""`manage.py rotate_token_keys`: kept tokens and second factors anew under the first key of TOKEN_KEYS."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import encryption
from accounts.current import acting_as
from accounts.models import IdentityToken, User

SECRETS = ("secret", "seed")


class Command(BaseCommand):
    help = "Encrypts kept tokens and second factors anew under the first of TOKEN_KEYS. Then the older keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        self.lost = 0
        tokens = sum(self._tokens(person) for person in User.objects.filter(pk__in=_connected()))
        factors = sum(self._factor(factor) for factor in Authenticator.objects.all())
        self.stdout.write(f"{tokens} kept tokens and {factors} second factors are under the first key now.")
        if self.lost:
            raise CommandError(f"{self.lost} could not be read with any key and stay as they are. Keep the old keys.")

    def _tokens(self, person: User) -> int:
        """Nobody but their person sees them, this command included: so it acts as each."""
        done = 0
        with acting_as(person):
            for key in IdentityToken.objects.values_list("pk", flat=True):
                try:
                    IdentityToken.objects.select_for_update().get(pk=key).save()
                except encryption.InvalidToken:
                    self.lost += 1
                else:
                    done += 1
        return done

    def _factor(self, factor: Authenticator) -> int:
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().get(pk=factor.pk)
            try:
                new = {name: encryption.rotate(row.data[name]) for name in SECRETS if name in row.data}
            except encryption.InvalidToken:
                self.lost += 1
                return 0
            row.data |= new
            row.save(update_fields=["data"])
        return len(new)


def _connected() -> Any:
    return SocialAccount.objects.values("user_id")
