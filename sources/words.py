"""A word to those who belonged to a home that somebody else deleted: said once, when they come to their start page.

It waits in the cache, which is a table of the database and takes part in the transaction: whoever does not come within
three months has missed nothing that they could still change.
"""

from django.core.cache import cache
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.current import actor
from accounts.models import User
from sources.models import Home

WAITS = 90 * 24 * 3600


def tell_of_deletion(home: Home) -> None:
    """Leave a word to everybody else who belongs to `home`, which the acting person is about to delete."""
    word = {"who": actor().name, "home": home.name, "day": clock.localdate().isoformat()}
    others = home.members.exclude(user_id=actor().user_id or 0).order_by("user_id")
    for person in others.values_list("user_id", flat=True):
        cache.add(_key(person), [], WAITS)  # from here on it is held: whoever deletes another home at once adds to it
        cache.set(_key(person), [*cache.get(_key(person), []), word], WAITS)


def taken_by(person: User) -> list[str]:
    """The sentences that wait for `person`, who is told now and not again."""
    if not cache.get(_key(person.pk)):
        return []
    cache.touch(_key(person.pk), WAITS)  # held, so that no word comes between
    words = cache.get(_key(person.pk), [])
    cache.delete(_key(person.pk))
    told = _("%(who)s deleted the home %(home)s on %(day)s. Your own meters stay with you.")
    return [told % word for word in words]


def _key(person_id: int) -> str:
    return f"word-of-a-home:{person_id}"
