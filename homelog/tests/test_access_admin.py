"""Django admin: every page of every model, by people, by staff with and without permissions, by a superuser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from homelog.testing import make_source, make_sum, make_user
from homelog.tests.matrix.addresses import admin_addresses
from homelog.tests.matrix.household import SECRET, Household, as_owner_of_the_tables, rolled_back, stored
from homelog.tests.matrix.of_admin import MODELS, OTHERS, PAGES, STAFF, expected

pytestmark = pytest.mark.django_db

METHODS = ("get", "post")
NEW: dict[str, dict[str, Any]] = {
    "auth_group": {"name": "Helpers"},
    "socialaccount_socialaccount": {"provider": "line", "uid": "U1"},
    "mfa_authenticator": {"type": "totp", "data": {}},
}
"""Rows of what the household has none of."""


def staff(who: str, model: str = "") -> User:
    """Somebody of STAFF with their permissions on a model."""
    person = make_user(f"staff_{who}", is_staff=True, is_superuser=who == "root")
    if who in {"view", "all"}:
        of_model = Permission.objects.filter(content_type=ContentType.objects.get_for_model(model_of(model)))
        person.user_permissions.set(of_model.filter(codename__startswith="view") if who == "view" else of_model)
    return person


def model_of(name: str) -> type[Model]:
    return apps.get_model(name.replace("_", ".", 1))


def browser(person: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person)
    return client


def number_of(model: str) -> int:
    with as_owner_of_the_tables():
        return model_of(model)._base_manager.count()


def path_of(model: str, page: str) -> str:
    """The address of a page of a model, about one of its rows where it is about one."""
    if page in {"changelist", "add"}:
        return reverse(f"admin:{model}_{page}")
    with as_owner_of_the_tables():
        row = model_of(model)._base_manager.order_by("pk").first()
        if row is None:
            row = _made(model)
    return reverse(f"admin:{model}_{page}", args=[row.pk])


def _made(model: str) -> Model:
    """A row of what the household has none of."""
    if model == "sources_sourcepart":
        person = make_user("elsewhere")
        return make_sum(person, None, [make_source(person)]).parts.get()
    about = {} if model == "auth_group" else {"user": make_user("elsewhere")}
    return model_of(model)._base_manager.create(**NEW[model], **about)


def test_every_address_of_django_admin_is_known() -> None:
    known = {f"admin:{model}_{page}" for model in MODELS for page in PAGES} | {*OTHERS, "admin:None"}
    found = {name for name, _ in admin_addresses()}
    assert found - known == set(), "Say in homelog/tests/matrix/of_admin.py what may be done there."
    assert known - found == set()


@pytest.mark.parametrize("who", ["anonymous", "owner", "stranger"])
@pytest.mark.parametrize("model", MODELS)
def test_nobody_but_staff_comes_in(model: str, who: str, house: Household) -> None:
    with rolled_back():
        paths = {page: path_of(model, page) for page in PAGES}
        before, client = stored(), house.browser(who)
        sign_in = "/account/login/" if who == "anonymous" else "/admin/login/"
        for page, path in paths.items():
            for method in METHODS:
                answer = getattr(client, method)(path, {"post": "yes"})
                assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, sign_in), page
                assert SECRET not in answer.text
        assert stored() == before


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("model", MODELS)
def test_staff_see_what_their_permissions_say(model: str, who: str, house: Household) -> None:
    with rolled_back():
        paths = {page: path_of(model, page) for page in PAGES}
        client = browser(staff(who, model))
        before = {**stored(), "audit_log": ""}
        found = {page: client.get(path).status_code for page, path in paths.items()}
        assert found == {page: expected(model, page, who) for page in PAGES}
        assert {**stored(), "audit_log": ""} == before


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("model", MODELS)
def test_staff_delete_only_with_the_permission(model: str, who: str, house: Household) -> None:
    with rolled_back():
        path, client = path_of(model, "delete"), browser(staff(who, model))
        before, rows = stored(), number_of(model)
        answer = client.post(path, {"post": "yes"})
        may = expected(model, "delete", who) == 200
        assert answer.status_code == (302 if may else 403)
        assert number_of(model) == rows - may
        if not may:
            assert stored() == before


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("page", ["add", "change"])
def test_staff_who_may_only_look_change_nothing(page: str, model: str, house: Household) -> None:
    with rolled_back():
        path, client = path_of(model, page), browser(staff("view", model))
        before = stored()
        assert client.post(path, {"name": "Renamed", "_save": "1"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": path.split("/")[-3], "post": "yes"}
        assert client.post(path_of(model, "changelist"), chosen).status_code in {302, 403, 200}
        assert stored() == before


@pytest.mark.parametrize(("name", "status"), OTHERS.items())
def test_the_other_pages_tell_staff_without_a_permission_nothing(name: str, status: int, house: Household) -> None:
    keys: dict[str, Callable[[], Any]] = {
        "admin:app_list": lambda: {"app_label": "sources"},
        "admin:view_on_site": lambda: {"content_type_id": 1, "object_id": 1},
        "admin:auth_user_password_change": lambda: {"id": house.people["owner"].pk},
    }
    about = {"app_label": "sources", "model_name": "datasource", "field_name": "home", "term": ""}
    with rolled_back():
        path, client = reverse(name, kwargs=keys.get(name, dict)()), browser(staff("nothing"))
        before = {**stored(), "audit_log": ""}
        answer = client.get(path, about if name == "admin:autocomplete" else {})
        assert answer.status_code == status
        assert SECRET not in answer.text
        assert {**stored(), "audit_log": ""} == before
