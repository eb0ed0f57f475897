"""The details of a reading: names with values of one's own, typed in rows, kept as one JSON object."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from pytest_django.asserts import assertContains

from accounts.current import acting_as
from accounts.models import User
from homelog.testing import make_readings, share
from readings.metadata import fault, shown, typed
from readings.models import Reading
from readings.tests.entries import NOW, at_noon, page, said, save
from sources.models import DataSource

pytestmark = pytest.mark.usefixtures(at_noon.__name__)


def rows(*pairs: tuple[str, str]) -> dict[str, list[str]]:
    """Rows as a form sends them, with an empty one at the end."""
    return {"metadata_key": [*(key for key, _ in pairs), ""], "metadata_value": [*(value for _, value in pairs), ""]}


def details(source: DataSource) -> dict[str, Any]:
    with acting_as(source.owner):
        found: dict[str, Any] = Reading.objects.of(source).order_by("-recorded_at")[0].metadata
        return found


def corrected(client: Client, source: DataSource, **changed: Any) -> Any:
    with acting_as(source.owner):
        reading = Reading.objects.of(source).order_by("-recorded_at")[0]
    reading.source = source
    local = reading.recorded_at.astimezone(source.zone)
    kept = {"value": f"{reading.value:f}", "recorded_at": f"{local:%Y-%m-%dT%H:%M}", "quality_flag": "good"}
    return client.post(page("reading_update", source, reading), kept | changed)


def test_details_are_typed_in_rows_stored_and_shown(client: Client, meter: DataSource) -> None:
    answer = save(client, meter, "12600", **rows(("Weather", " sunny "), ("Outside", "7 °C"), ("", "")))
    assert answer.status_code == 302
    assert details(meter) == {"Weather": "sunny", "Outside": "7 °C"}
    with acting_as(meter.owner):
        reading = Reading.objects.of(meter).order_by("-recorded_at")[0]
    shown_page = client.get(page("reading", meter, reading))
    assertContains(shown_page, "<dt>Outside</dt><dd>7 °C</dd><dt>Weather</dt><dd>sunny</dd>")
    assertContains(shown_page, "Weather: sunny")


def test_details_are_changed_and_removed_and_the_history_says_what_was(client: Client, meter: DataSource) -> None:
    save(client, meter, "12600", **rows(("Weather", "sunny"), ("Outside", "7 °C")))
    assert corrected(client, meter, **rows(("Weather", "rain"), ("Outside", ""))).status_code == 302
    assert details(meter) == {"Weather": "rain"}
    with acting_as(meter.owner):
        reading = Reading.objects.of(meter).order_by("-recorded_at")[0]
    history = client.get(page("reading", meter, reading))
    assertContains(history, "Weather: sunny → rain")
    assertContains(history, "Outside: 7 °C → nothing")


def test_a_form_without_rows_changes_no_details(client: Client, meter: DataSource) -> None:
    save(client, meter, "12600", **rows(("Weather", "sunny")))
    assert corrected(client, meter, notes="by torch").status_code == 302
    assert details(meter) == {"Weather": "sunny"}


def test_a_number_stays_a_number_while_it_is_left_alone(client: Client, meter: DataSource) -> None:
    with acting_as(meter.owner):
        reading = Reading.objects.of(meter).order_by("-recorded_at")[0]
        reading.metadata = {"Outside": 7.5, "Heating": True, "Who": None}
        reading.save()
    form = client.get(page("reading_update", meter, reading))
    assertContains(form, 'name="metadata_value" value="7.5"')
    sent = rows(("Outside", "7.5"), ("Heating", "false"), ("Who", "null"))
    assert corrected(client, meter, **sent).status_code == 302
    assert details(meter) == {"Outside": 7.5, "Heating": "false", "Who": None}


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("", "sunny")], "Give “sunny” a name."),
        ([("Weather", "")], "Write a value beside “Weather”, or take the name away."),
        ([("Weather", "a"), ("Weather", "b")], "“Weather” is there twice. Give each detail a name of its own."),
        ([("x" * 51, "a")], "The name of a detail has 1 to 50 letters, in one line."),
        ([("a\0b", "a")], "The name of a detail has 1 to 50 letters, in one line."),
        ([("a", "b\nc")], "The value of “a” must be in one line."),
        ([(f"n{number}", "a") for number in range(21)], "A reading has at most 20 details."),
        ([(f"n{n}", "ü" * 400) for n in range(6)], "The details are too long: 4,000 letters in all are what is kept."),
    ],
)
def test_rows_that_cannot_be_meant_come_back_with_all_that_was_typed(
    pairs: list[tuple[str, str]], sentence: str, client: Client, meter: DataSource
) -> None:
    answer = save(client, meter, "12600", **rows(*pairs))
    assert (answer.status_code, said(answer, "metadata")[0].startswith(sentence)) == (422, True)
    assert answer.context["form"]["metadata"].value() == [pair for pair in pairs if pair != ("", "")]
    assertContains(answer, 'name="value" value="12600"', status_code=422)
    assertContains(answer, '<details class="more" open>', status_code=422)
    assert details(meter) == {}


def test_rows_work_without_javascript_by_empty_ones(client: Client, meter: DataSource) -> None:
    empty = 'name="metadata_key" value=""'
    assertContains(client.get(page("entry", meter)), empty, count=3)
    save(client, meter, "12600", **rows(*[(f"n{number}", "a") for number in range(19)]))
    with acting_as(meter.owner):
        reading = Reading.objects.of(meter).order_by("-recorded_at")[0]
    assertContains(client.get(page("reading_update", meter, reading)), empty, count=1)


@pytest.mark.parametrize("wrong", [["a"], {"": "a"}, {" a": "b"}, {"a": {"b": 1}}, {"a": 1e300}, {"a": "\ud800"}])
def test_every_road_of_the_orm_refuses_what_is_no_detail(wrong: Any, source: DataSource) -> None:
    with acting_as(source.owner), pytest.raises(ValidationError) as refused:
        Reading.objects.create(source=source, value=Decimal(1), recorded_at=NOW, metadata=wrong)
    assert list(refused.value.message_dict) == ["metadata"]


@pytest.mark.parametrize("wrong", ["[]", '"a"', '{"a": "' + "x" * 4090 + '"}'])
def test_the_database_refuses_what_is_no_object_or_too_long(wrong: str, source: DataSource) -> None:
    (reading,) = make_readings(source, ["1"])
    with acting_as(source.owner), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=r"reading_metadata_(object|size)"), transaction.atomic():
            cursor.execute("UPDATE reading SET metadata = %s WHERE id = %s", [wrong, reading.pk])
        cursor.execute("UPDATE reading SET metadata = %s WHERE id = %s", ['{"a": "' + "x" * 4000 + '"}', reading.pk])


def test_what_python_takes_the_database_takes() -> None:
    assert fault({"a": "x" * 4086, "b": 1}) is not None
    assert fault({"a": "x" * 4000, 'quote " and \\': "ü"}) is None


def test_values_are_shown_as_they_are_typed() -> None:
    assert [shown(value) for value in ("a", 7, 7.5, True, None)] == ["a", "7", "7.5", "true", "null"]
    assert typed([("a", "8"), ("b", "")], {"a": 7, "b": 1}) == {"a": "8"}


def test_a_reader_changes_no_details(client: Client, meter: DataSource, bob: User) -> None:
    save(client, meter, "12600", **rows(("Weather", "sunny")))
    share(meter, bob, "read")
    client.force_login(bob)
    assert corrected(client, meter, **rows(("Weather", "rain"))).status_code == 403
    assert details(meter) == {"Weather": "sunny"}


# Quality at entry


@pytest.mark.parametrize("quality", ["good", "questionable", "bad", "estimated"])
def test_a_quality_is_set_when_a_reading_is_written_down(quality: str, client: Client, meter: DataSource) -> None:
    assert save(client, meter, "12600", quality_flag=quality).status_code == 302
    with acting_as(meter.owner):
        assert Reading.objects.of(meter).order_by("-recorded_at")[0].quality_flag == quality


@pytest.mark.parametrize(("sent", "status"), [({}, 302), ({"quality_flag": ""}, 302), ({"quality_flag": "x"}, 422)])
def test_a_quality_need_not_be_said(sent: dict[str, str], status: int, client: Client, meter: DataSource) -> None:
    assert save(client, meter, "12600", **sent).status_code == status
    with acting_as(meter.owner):
        assert Reading.objects.of(meter).order_by("-recorded_at")[0].quality_flag == "good"
