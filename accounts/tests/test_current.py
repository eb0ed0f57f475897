"""Who acts now: bound per transaction, per thread and per connection, and never left behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.current import NOBODY, Actor, acting, acting_as, actor, actor_of, bind, is_bound, moment, rebind
from accounts.middleware import ActingMiddleware
from accounts.models import User
from homelog.testing import START, make_readings, make_source, make_user, share
from readings.models import Reading
from sources.models import DataSource

Owner = Callable[[], AbstractContextManager[None]]


def setting(name: str) -> str:
    """A transaction-local setting as the database holds it; "" where it is unset."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting(%s, true), '')", [f"homelog.{name}"])
        return str(cursor.fetchone()[0])


def mine() -> set[int]:
    """The sources that the database shows now."""
    return set(DataSource.objects.values_list("pk", flat=True))


def test_nobody_acts_until_somebody_is_bound(db: None) -> None:
    assert (actor(), is_bound(), setting("user_id")) == (NOBODY, False, "")


def test_a_person_acts_inside_and_nobody_afterwards(alice: User) -> None:
    with acting_as(alice, "192.0.2.7"):
        assert actor() == Actor(alice.pk, "Alice", "192.0.2.7")
        assert setting("user_id") == str(alice.pk)
    assert (actor(), is_bound(), setting("user_id")) == (NOBODY, False, "")


def test_acting_within_acting_gives_the_floor_back(alice: User, bob: User) -> None:
    hers, his = make_source(alice), make_source(bob)
    with acting_as(alice):
        assert mine() == {hers.pk}
        with acting_as(bob):
            assert (actor().user_id, mine()) == (bob.pk, {his.pk})
            with acting_as(None):
                assert (actor(), mine()) == (NOBODY, set())
            assert (actor().user_id, mine()) == (bob.pk, {his.pk})
        assert (actor().user_id, mine()) == (alice.pk, {hers.pk})


def test_an_exception_in_the_middle_gives_the_floor_back_and_stores_nothing(alice: User, bob: User) -> None:
    hers = make_source(alice)
    with acting_as(alice):
        with pytest.raises(ZeroDivisionError), acting_as(bob):  # noqa: PT012 - what was stored before it matters
            DataSource.objects.create(owner=bob, name="Lost", source_type="water", unit="L")
            raise ZeroDivisionError
        assert (actor().user_id, mine(), setting("user_id")) == (alice.pk, {hers.pk}, str(alice.pk))
    with acting_as(bob):
        assert mine() == set()


def test_staff_take_their_role_and_give_it_back(alice: User, bob: User) -> None:
    hers, his = make_source(alice), make_source(bob)

    def role() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            return str(cursor.fetchone()[0])

    with acting_as(bob):
        with acting(actor_of(alice, staff=True)):
            assert (role(), mine()) == ("homelog_staff", {hers.pk, his.pk})
        assert (role(), mine()) == ("homelog_app", {his.pk})
        with pytest.raises(ZeroDivisionError), acting(actor_of(alice, staff=True)):
            raise ZeroDivisionError
        assert (role(), mine()) == ("homelog_app", {his.pk})


def test_a_grant_holds_at_once_in_the_same_transaction(source: DataSource, bob: User) -> None:
    with acting_as(bob):
        assert mine() == set()
        share(source, bob)
        rebind()
        assert mine() == {source.pk}


def test_a_moment_is_that_of_one_transaction_one_person_and_the_parts_under_way(alice: User, bob: User) -> None:
    with acting_as(alice):
        first = moment()
        with transaction.atomic():
            within = moment()
        assert moment() == first
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert moment() == first
        with transaction.atomic():
            later = moment()
        with acting_as(bob):
            of_another = moment()
        assert moment() == first
    with acting_as(alice):
        anew = moment()
    assert len({first, within, later, of_another, anew}) == 5
    assert moment() is None


@pytest.mark.parametrize("undone", [True, False])
def test_what_was_locked_in_a_part_that_ended_is_locked_anew_and_what_was_before_it_is_not(
    undone: bool, source: DataSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def part() -> None:
        with transaction.atomic():
            source.lock()
            transaction.set_rollback(undone)

    with acting_as(source.owner):
        part()
        with django_assert_num_queries(1):
            source.lock()
        part()
        with django_assert_num_queries(1):
            source.lock()
            source.lock()
        with transaction.atomic():
            transaction.set_rollback(undone)
        with django_assert_num_queries(0):
            source.lock()


@pytest.mark.django_db(transaction=True)
def test_binding_needs_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        bind(NOBODY)


@pytest.mark.django_db(transaction=True)
def test_what_was_bound_ends_with_its_transaction() -> None:
    alice = make_user("alice")
    hers = make_source(alice)
    with acting_as(alice):
        assert mine() == {hers.pk}
    assert (setting("user_id"), mine()) == ("", set())
    with transaction.atomic():
        assert mine() == set()


@pytest.mark.django_db(transaction=True)
def test_threads_act_each_for_its_own_person() -> None:
    people = [make_user(f"person-{number}") for number in range(4)]
    owned = {person.pk: {make_source(person).pk} for person in people}
    together = Barrier(len(people))

    def look(person: User) -> list[tuple[int | None, set[int]]]:
        try:
            found = []
            for _ in range(5):
                with acting_as(person):
                    together.wait(timeout=30)
                    found.append((actor().user_id, mine()))
            return found
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as threads:
        results = list(threads.map(look, people))
    assert results == [[(person.pk, owned[person.pk])] * 5 for person in people]
    assert not is_bound()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_goes_back_to_the_pool_takes_nobody_along() -> None:
    alice, bob = make_user("alice"), make_user("bob")
    hers, his = make_source(alice), make_source(bob)
    pooled: Any = connection.copy(alias="default")
    # The role by libpq's options: Django's assume_role asks the pool for a second connection while it makes the first.
    options = {key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "assume_role"}
    pool = {"min_size": 1, "max_size": 1, "timeout": 5}
    pooled.settings_dict["OPTIONS"] = {**options, "options": "-c role=homelog_app", "pool": pool}

    def backend_and_sources(person: User | None) -> tuple[int, list[int]]:
        """One connection taken from the pool and given back: which one it was, and what it showed."""
        with pooled.cursor() as cursor:
            cursor.execute("BEGIN")
            if person:
                cursor.execute("SELECT act_as(%s)", [person.pk])
            cursor.execute("SELECT pg_backend_pid(), coalesce(array_agg(id), '{}') FROM data_source")
            backend, sources = cursor.fetchone()
            cursor.execute("COMMIT")
        pooled.close()
        return backend, sources

    try:
        seen = [backend_and_sources(person) for person in (alice, None, bob, None)]
    finally:
        pooled.close_pool()
    assert [sources for _, sources in seen] == [[hers.pk], [], [his.pk], []]
    assert len({backend for backend, _ in seen}) == 1


def request_of(user: User) -> HttpRequest:
    # As LocaleMiddleware does before: allauth's adapter cannot be imported before its addresses.
    assert get_resolver().url_patterns
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    request.user = user
    return request


def store(source: DataSource) -> None:
    Reading.objects.create(source=source, value=Decimal("1"), recorded_at=START)


def stored(source: DataSource) -> int:
    with acting_as(source.owner):
        return Reading.objects.of(source).count()


def test_a_request_acts_for_its_person_and_stores(source: DataSource) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        assert actor() == Actor(source.owner_id, "Alice", "192.0.2.7")
        store(source)
        return HttpResponse()

    ActingMiddleware(view)(request_of(source.owner))
    assert (is_bound(), stored(source)) == (False, 1)


def test_a_request_that_raises_in_the_middle_leaves_nothing_bound_and_nothing_stored(
    source: DataSource, owner: Owner
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        store(source)
        raise ZeroDivisionError

    with owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_log")
        before = cursor.fetchone()
    with pytest.raises(ZeroDivisionError):
        ActingMiddleware(view)(request_of(source.owner))
    assert (is_bound(), actor(), setting("user_id"), stored(source)) == (False, NOBODY, "", 0)
    with owner(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_log")
        assert cursor.fetchone() == before


@pytest.mark.parametrize(("status", "kept"), [(200, 1), (404, 1), (422, 1), (500, 0), (503, 0)])
def test_an_answer_of_500_and_above_stores_nothing(status: int, kept: int, source: DataSource) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        store(source)
        return HttpResponse(status=status)

    ActingMiddleware(view)(request_of(source.owner))
    assert (is_bound(), stored(source)) == (False, kept)


def test_a_view_that_raises_answers_500_and_stores_nothing(
    client: Client, source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.force_login(source.owner)
    client.raise_request_exception = False

    def break_down(*args: object, **kwargs: object) -> None:
        store(source)
        raise ZeroDivisionError

    monkeypatch.setattr("audit.views.page_of", break_down)
    response = client.get(f"/sources/{source.public_id}/history/")
    assert (response.status_code, is_bound(), stored(source)) == (500, False, 0)


def test_an_answer_that_streams_must_bind_again(source: DataSource) -> None:
    """A streamed body is made after the request's transaction: on its own it sees nothing, with acting_as all."""
    make_readings(source)

    def numbers() -> Any:
        yield str(Reading.objects.count())
        with acting_as(source.owner):
            yield str(Reading.objects.count())

    def view(request: HttpRequest) -> Any:
        return StreamingHttpResponse(numbers())

    response: Any = ActingMiddleware(view)(request_of(source.owner))
    assert [part.decode() for part in response.streaming_content] == ["0", "3"]
