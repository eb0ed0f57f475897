"""Tests of readings/localtime.py on clocks that did odd things."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readings.localtime import (
    RepeatedHour,
    SkippedHour,
    day_starts,
    month_starts,
    resolve,
    same_day_last_year,
    week_starts,
    year_starts,
)

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
APIA = ZoneInfo("Pacific/Apia")
BANGKOK = ZoneInfo("Asia/Bangkok")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
HAVANA = ZoneInfo("America/Havana")
TEHRAN = ZoneInfo("Asia/Tehran")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "instant"),
    [
        ("2026-01-15 08:30", BERLIN, "2026-01-15 07:30"),
        ("2026-07-15 08:30", BERLIN, "2026-07-15 06:30"),
        ("2026-03-29 01:59:59", BERLIN, "2026-03-29 00:59:59"),
        ("2026-03-29 03:00", BERLIN, "2026-03-29 01:00"),
        ("2026-07-15 12:00", LORD_HOWE, "2026-07-15 01:30"),
        ("2026-07-15 12:00", KATHMANDU, "2026-07-15 06:15"),
        ("2026-07-15 06:00", BANGKOK, "2026-07-14 23:00"),
        ("2011-12-29 23:59", APIA, "2011-12-30 09:59"),
        ("2011-12-31 00:00", APIA, "2011-12-30 10:00"),
    ],
)
def test_a_time_on_the_homes_clock_is_one_instant(local: str, zone: ZoneInfo, instant: str) -> None:
    resolved = resolve(datetime.fromisoformat(local), zone)
    assert (resolved, resolved.tzinfo) == (utc(instant), UTC)


@pytest.mark.parametrize(
    ("local", "zone", "after"),
    [
        ("2026-03-29 02:00", BERLIN, "2026-03-29 01:00"),
        ("2026-03-29 02:30:15.250000", BERLIN, "2026-03-29 01:00"),
        ("2026-03-29 02:59:59.999999", BERLIN, "2026-03-29 01:00"),
        ("2026-10-04 02:15", LORD_HOWE, "2026-10-03 15:30"),
        ("2011-12-30 00:00", APIA, "2011-12-30 10:00"),
        ("2011-12-30 17:00", APIA, "2011-12-30 10:00"),
        ("2017-10-15 00:00", SAO_PAULO, "2017-10-15 03:00"),
        ("1986-01-01 00:07", KATHMANDU, "1985-12-31 18:30"),
    ],
)
def test_a_time_that_the_clock_skipped_is_refused_with_what_comes_after(local: str, zone: ZoneInfo, after: str) -> None:
    typed = datetime.fromisoformat(local)
    for fold in (None, 0, 1):
        with pytest.raises(SkippedHour) as caught:
            resolve(typed, zone, fold)
        assert (caught.value.local, caught.value.after) == (typed, utc(after))


@pytest.mark.parametrize(
    ("local", "zone", "earlier", "later"),
    [
        ("2026-10-25 02:00", BERLIN, "2026-10-25 00:00", "2026-10-25 01:00"),
        ("2026-10-25 02:59:59", BERLIN, "2026-10-25 00:59:59", "2026-10-25 01:59:59"),
        ("2026-04-05 01:45", LORD_HOWE, "2026-04-04 14:45", "2026-04-04 15:15"),
        ("2018-02-17 23:30", SAO_PAULO, "2018-02-18 01:30", "2018-02-18 02:30"),
    ],
)
def test_a_time_that_was_twice_is_asked_about_and_settled(local: str, zone: ZoneInfo, earlier: str, later: str) -> None:
    typed = datetime.fromisoformat(local)
    with pytest.raises(RepeatedHour) as caught:
        resolve(typed, zone)
    assert (caught.value.local, caught.value.earlier, caught.value.later) == (typed, utc(earlier), utc(later))
    assert (resolve(typed, zone, 0), resolve(typed, zone, 1)) == (utc(earlier), utc(later))


def test_the_two_refusals_are_sentences() -> None:
    with pytest.raises(SkippedHour) as skipped:
        resolve(datetime.fromisoformat("2026-03-29 02:30"), BERLIN)
    with pytest.raises(RepeatedHour) as repeated:
        resolve(datetime.fromisoformat("2026-10-25 02:30"), BERLIN)
    assert [str(skipped.value), str(repeated.value)] == [
        "The clock was moved forward over 2026-03-29 02:30. Give a time before or after that.",
        "The clock was moved back, so 2026-10-25 02:30 was twice. Say which of the two it was.",
    ]


def test_a_time_with_an_offset_is_not_taken_for_a_local_one() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        resolve(utc("2026-01-01 00:00"), BERLIN)


@pytest.mark.parametrize("year", [1, 1899, 2201, 9999])
def test_a_year_out_of_reach_is_refused_with_a_sentence(year: int) -> None:
    for refuse in (
        lambda: resolve(datetime(year, 6, 1, tzinfo=UTC).replace(tzinfo=None), BERLIN),
        lambda: day_starts(date(year, 6, 1), 1, BERLIN),
        lambda: week_starts(date(year, 6, 1), 1, BERLIN),
        lambda: month_starts(date(year, 6, 1), 1, BERLIN),
        lambda: year_starts(date(year, 6, 1), 1, BERLIN),
        lambda: same_day_last_year(datetime(year, 6, 1, tzinfo=UTC), BERLIN),
    ):
        with pytest.raises(ValueError, match=r"^Give a date between 1900 and 2200\.$"):
            refuse()


def test_boundaries_beyond_the_last_year_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^Give a date between 1900 and 2200\.$"):
        month_starts(date(2200, 12, 1), 200_000, BERLIN)


def test_months_start_at_the_midnights_of_the_home() -> None:
    assert month_starts(date(2026, 2, 17), 4, BERLIN) == [
        utc("2026-01-31 23:00"),
        utc("2026-02-28 23:00"),
        utc("2026-03-31 22:00"),
        utc("2026-04-30 22:00"),
    ]
    assert month_starts(date(2025, 12, 31), 2, BANGKOK) == [utc("2025-11-30 17:00"), utc("2025-12-31 17:00")]


def test_a_day_of_a_clock_change_has_23_or_25_hours() -> None:
    spring, autumn = day_starts(date(2026, 3, 29), 2, BERLIN), day_starts(date(2026, 10, 25), 2, BERLIN)
    assert spring == [utc("2026-03-28 23:00"), utc("2026-03-29 22:00")]
    assert autumn == [utc("2026-10-24 22:00"), utc("2026-10-25 23:00")]
    assert [end - start for start, end in (spring, autumn)] == [timedelta(hours=23), timedelta(hours=25)]


def test_a_day_whose_midnight_was_skipped_starts_at_its_first_instant() -> None:
    assert day_starts(date(2017, 10, 14), 3, SAO_PAULO) == [
        utc("2017-10-14 03:00"),
        utc("2017-10-15 03:00"),
        utc("2017-10-16 02:00"),
    ]


def test_a_day_whose_midnight_was_twice_starts_at_the_earlier() -> None:
    assert day_starts(date(2026, 11, 1), 2, HAVANA) == [utc("2026-11-01 04:00"), utc("2026-11-02 05:00")]


def test_a_day_that_never_was_has_no_length() -> None:
    assert day_starts(date(2011, 12, 29), 4, APIA) == [
        utc("2011-12-29 10:00"),
        utc("2011-12-30 10:00"),
        utc("2011-12-30 10:00"),
        utc("2011-12-31 10:00"),
    ]


def test_weeks_start_on_monday_also_across_the_year() -> None:
    assert week_starts(date(2027, 1, 3), 2, BERLIN) == [utc("2026-12-27 23:00"), utc("2027-01-03 23:00")]
    assert week_starts(date(2026, 3, 23), 2, BERLIN) == [utc("2026-03-22 23:00"), utc("2026-03-29 22:00")]


def test_years_start_on_new_years_day_of_the_home() -> None:
    assert year_starts(date(2024, 2, 29), 3, KATHMANDU) == [
        utc("2023-12-31 18:15"),
        utc("2024-12-31 18:15"),
        utc("2025-12-31 18:15"),
    ]


@pytest.mark.parametrize(
    ("at", "zone", "year_before"),
    [
        ("2026-07-15 06:30", BERLIN, "2025-07-15 06:30"),
        ("2026-03-29 10:00", BERLIN, "2025-03-29 11:00"),  # noon: summer time now, winter time then
        ("2024-02-29 11:00", BERLIN, "2023-02-28 11:00"),
        ("2025-03-30 00:30", BERLIN, "2024-03-30 00:30"),
        ("2027-03-29 00:30", BERLIN, "2026-03-29 01:00"),  # 02:30 was skipped then: the first instant after
        ("2026-10-26 01:30", BERLIN, "2025-10-26 00:30"),  # 02:30 was twice then: the earlier
        ("2022-09-21 19:00", TEHRAN, "2021-09-21 19:00"),  # 23:30 was twice in both years: the same of the two
        ("2022-09-21 20:00", TEHRAN, "2021-09-21 20:00"),
        ("2025-12-31 23:30", BANGKOK, "2024-12-31 23:30"),
    ],
)
def test_the_same_day_last_year_keeps_the_time_on_the_clock(at: str, zone: ZoneInfo, year_before: str) -> None:
    assert same_day_last_year(utc(at), zone) == utc(year_before)


def test_an_instant_without_an_offset_has_no_year_before() -> None:
    with pytest.raises(ValueError, match=r"^Give the instant with its offset\.$"):
        same_day_last_year(datetime.fromisoformat("2026-01-01"), BERLIN)


@given(
    st.datetimes(datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2200-12-30")),
    st.sampled_from([BERLIN, LORD_HOWE, KATHMANDU, APIA, BANGKOK, SAO_PAULO, HAVANA]),
)
def test_every_instant_is_found_again_from_the_time_it_shows(at: datetime, zone: ZoneInfo) -> None:
    shown = at.replace(tzinfo=UTC).astimezone(zone)
    assert resolve(shown.replace(tzinfo=None, fold=0), zone, shown.fold) == at.replace(tzinfo=UTC)
