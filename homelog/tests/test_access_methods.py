"""Methods that the access matrix does not name, at every address: refused, and nothing happens. HEAD answers as GET."""

import pytest

from homelog.tests.matrix.addresses import METHODS, addresses
from homelog.tests.matrix.household import Household
from homelog.tests.matrix.table import lines_of
from homelog.tests.matrix.trying import attempts

pytestmark = pytest.mark.django_db

WHO = ("anonymous", "stranger", "reader", "owner")
FREE = ("account_", "socialaccount_", "mfa_")
"""allauth's pages say themselves what they answer to methods that they do not know."""


@pytest.mark.parametrize(("name", "names"), addresses(), ids=str)
def test_methods_that_the_table_does_not_name_do_nothing(name: str, names: tuple[str, ...], house: Household) -> None:
    lines = lines_of(name)
    named = {line.method.lower() for line in lines}
    others = [method for method in METHODS if method not in named]
    for (who, method), found in attempts(house, lines[0], WHO, names, others).items():
        allowed = {302} if lines[0].is_sent_to_sign_in(who) else {404, 405}
        if method == "head" and "get" in named:
            allowed = {lines[0].expected(who) or found.status}
        assert found.status in allowed or (name.startswith(FREE) and found.status < 500), (who, method, found.status)
        assert found.changed == set(), (who, method)
        assert found.logged <= ({"view_source"} if method == "head" else set()), (who, method)
