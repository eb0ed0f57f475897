"""Addresses that are put together from ids are those that Django finds."""

from uuid import uuid4

import pytest
from django.urls import NoReverseMatch, resolve, reverse, set_script_prefix

from accounts.addresses import address


@pytest.mark.parametrize(("name", "count"), [("readings:home", 1), ("readings:source", 1), ("readings:reading", 2)])
def test_an_address_is_the_one_that_django_finds(name: str, count: int) -> None:
    for _again in range(2):
        ids = [uuid4() for _id in range(count)]
        assert address(name, *ids) == reverse(name, args=ids)
        assert (resolve(address(name, *ids)).view_name, list(resolve(address(name, *ids)).kwargs.values())) == (
            name,
            ids,
        )


def test_an_address_begins_where_the_site_does() -> None:
    one = uuid4()
    address("readings:home", one)
    set_script_prefix("/log/")
    try:
        assert address("readings:home", one) == reverse("readings:home", args=[one]) == f"/log/homes/{one}/"
    finally:
        set_script_prefix("/")


def test_a_page_that_is_not_there_has_no_address() -> None:
    for _again in range(2):
        with pytest.raises(NoReverseMatch):
            address("readings:home", uuid4(), uuid4())
