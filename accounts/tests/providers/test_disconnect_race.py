"""Two ways in are given up at the same instant: the second waits for the first, and then is the last."""

import threading

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from homelog.idp.server import DemoIdp
from homelog.testing import make_user

PAGE = "/account/connections/"


@pytest.mark.django_db(transaction=True)
def test_of_two_last_ways_in_one_stays(idp: DemoIdp) -> None:
    alice = make_user("alice")
    alice.set_unusable_password()
    alice.save()
    line, google = (SocialAccount.objects.create(user=alice, provider=each, uid="1") for each in ("line", "google"))
    client, statuses = Client(), []
    client.force_login(alice)

    def give_up_google() -> None:
        statuses.append(client.post(PAGE, {"account": google.pk}).status_code)
        connection.close()

    other = threading.Thread(target=give_up_google)
    with transaction.atomic():
        User.objects.select_for_update().get(username="alice")
        other.start()
        other.join(2)
        assert other.is_alive()
        line.delete()
    other.join(10)
    assert statuses == [422]
    assert list(SocialAccount.objects.values_list("provider", flat=True)) == ["google"]
