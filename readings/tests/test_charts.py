"""The geometry of charts, with places worked out by hand."""

from decimal import Decimal

import pytest

from readings.charts import Axis, Bar, Line, Slot, Spark, Tick, axis, bars, line, plain, spark
from readings.tests.dials import day, dial


@pytest.mark.parametrize(
    ("values", "zero", "low", "high", "step", "decimals"),
    [
        (["312", "402"], True, "0", "500", "100", 0),
        (["0.12", "0.3"], True, "0", "0.3", "0.1", 1),
        (["0.9"], True, "0", "1", "0.2", 1),
        (["12431.7", "12620"], False, "12400", "12650", "50", 0),
        (["-3", "22"], False, "-5", "25", "5", 0),
        (["-3", "22"], True, "-5", "25", "5", 0),
        (["10"], True, "0", "10", "2", 0),
        (["11"], True, "0", "12.5", "2.5", 1),
        ([], True, "0", "1", "0.2", 1),
        (["0"], True, "0", "1", "0.2", 1),
        (["7.5"], False, "6.5", "8.5", "0.5", 1),
    ],
)
def test_a_scale_is_round_and_holds_all_values(
    values: list[str], zero: bool, low: str, high: str, step: str, decimals: int
) -> None:
    scale = axis([Decimal(value) for value in values], zero=zero)
    assert (scale, scale.decimals) == (Axis(Decimal(low), Decimal(high), Decimal(step)), decimals)


def test_ticks_go_from_the_bottom_to_the_top() -> None:
    assert axis([Decimal(30)], zero=True).ticks == [
        Tick(Decimal(0), "100"),
        Tick(Decimal(10), "66.67"),
        Tick(Decimal(20), "33.33"),
        Tick(Decimal(30), "0"),
    ]


def test_bars_stand_in_pairs_and_nothing_is_drawn_for_what_is_not_known() -> None:
    drawing = bars(
        [((Decimal(50), "measured"), (Decimal(100), "spread")), ((Decimal(25), "estimated"), (None, "empty"))]
    )
    assert drawing.axis == Axis(Decimal(0), Decimal(100), Decimal(20))
    assert drawing.slots == [
        Slot("0", "50", "25", Bar("6", "50", "18", "50", "measured"), Bar("26", "0", "18", "100", "spread")),
        Slot("50", "50", "75", Bar("56", "75", "18", "25", "estimated"), None),
    ]


def test_a_bar_below_zero_hangs_from_the_zero_line() -> None:
    drawing = bars([((None, "empty"), (Decimal(-10), "measured")), ((None, "empty"), (Decimal(10), "measured"))])
    assert drawing.axis == Axis(Decimal(-10), Decimal(10), Decimal(5))
    assert [slot.now for slot in drawing.slots] == [
        Bar("26", "50", "18", "50", "measured"),
        Bar("76", "0", "18", "50", "measured"),
    ]


def test_a_line_is_placed_in_time_and_on_the_scale() -> None:
    drawing = line(dial((0, "100"), (5, "150"), (10, "200")), day(0), day(10), [day(0), day(2.5)])
    assert drawing == Line(Axis(Decimal(100), Decimal(200), Decimal(20)), ["0,200 500,100 1000,0"], ["0", "25"], [])


def test_a_line_is_broken_where_another_dial_went_on() -> None:
    points = dial((0, "100"), (4, "200"), (5, "100"), (10, "150"))
    drawing = line(points, day(0), day(10), [], [day(5)])
    assert (drawing.pieces, drawing.breaks) == (["0,200 400,0", "500,200 1000,100"], ["50"])


def test_a_piece_of_a_single_point_is_a_dot_and_one_of_none_is_left_out() -> None:
    drawing = line(dial((0, "100"), (4, "200"), (10, "150")), day(0), day(10), [], [day(5), day(6)])
    assert (drawing.pieces, drawing.breaks) == (["0,200 400,0", "1000,100 1000,100"], ["50", "60"])


def test_a_line_that_never_moves_lies_in_the_middle() -> None:
    assert line(dial((0, "5"), (1, "5")), day(0), day(1), []).pieces == ["0,100 1000,100"]


def test_a_sparkline_of_use_starts_from_zero_and_is_filled() -> None:
    assert spark([Decimal(10), Decimal(20), Decimal(0)], zero=True) == Spark(
        ["0,100 500,0 1000,200"], ["0,200 0,100 500,0 1000,200 1000,200"]
    )


def test_a_sparkline_of_levels_starts_from_the_lowest() -> None:
    assert spark([Decimal(10), Decimal(15), Decimal(20)], zero=False) == Spark(["0,200 500,100 1000,0"], [])


def test_a_sparkline_breaks_where_a_month_is_not_known() -> None:
    drawing = spark([Decimal(1), Decimal(1), None, Decimal(2), None, Decimal(2), Decimal(2)], zero=True)
    assert drawing is not None
    assert drawing.lines == ["0,100 166.7,100", "833.3,0 1000,0"]


@pytest.mark.parametrize("values", [[], [None, None], [Decimal(3)], [Decimal(3), None, Decimal(4)]])
def test_no_sparkline_without_two_months_side_by_side(values: list[Decimal | None]) -> None:
    assert spark(values, zero=True) is None


@pytest.mark.parametrize(("value", "text"), [("100", "100"), ("0.005", "0"), ("33.3333", "33.33"), ("-0.001", "0")])
def test_places_are_short_and_plain(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
