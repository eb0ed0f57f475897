"""Every page as somebody whom LINE brought: no e-mail address, no password. They see what everybody else sees."""

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from accounts.models import User, UserPassword
from homelog.tests.matrix.addresses import addresses
from homelog.tests.matrix.household import Household, as_owner_of_the_tables
from homelog.tests.matrix.table import lines_of

pytestmark = pytest.mark.django_db

NOT_ASKED = "after the password once more"
"""There is none that they could be asked for: they see the page at once."""


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
                answer = house.browser("owner").get(line.path(house, "owner", names))
                expected = 200 if NOT_ASKED in line.purpose else line.expected("owner")
                if answer.status_code >= 500 or expected not in {None, answer.status_code}:
                    other[line.shape(names)] = (answer.status_code, expected)
    assert other == {}
