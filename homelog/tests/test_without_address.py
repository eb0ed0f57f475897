"""Every page as somebody whom LINE brought: no e-mail address, no password.

They see what everybody else sees, and are asked to sign in there once more where others are asked for the password.
"""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from accounts.models import User, UserPassword
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import Household, as_owner_of_the_tables
from homelog.tests.matrix.table import lines_of
from homelog.tests.matrix.trying import browser_for

pytestmark = pytest.mark.django_db


def test_every_page_is_there_for_who_has_neither_address_nor_password(house: Household) -> None:
    owner = house.people["owner"]
    with as_owner_of_the_tables():
        User.objects.filter(pk=owner.pk).update(email="")
        EmailAddress.objects.filter(user=owner).delete()
        UserPassword.objects.filter(user=owner).delete()
        SocialAccount.objects.create(user=owner, provider="line", uid="U1")
    other = {}
    for name, names in addresses():
        for line in lines_of(name):
            if line.method == "GET":
                answer = browser_for(house, line, "owner").get(line.path(house, "owner", names))
                expected = line.expected("owner")
                if answer.status_code >= 500 or expected not in {None, answer.status_code}:
                    other[line.shape(names)] = (answer.status_code, expected)
    assert other == {}
