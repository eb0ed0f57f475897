"""Files that are refused as a whole: each with its code, its status and a sentence that says what to do."""

import pytest

from readings.importers import (
    CELL_ERRORS,
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_LINE,
    MAX_ROWS,
    REFUSALS,
    SKIPPED,
    ImportRefused,
    rows,
    understand,
)


def refusal(data: bytes) -> tuple[str, int, str]:
    with pytest.raises(ImportRefused) as refused:
        understand(data)
    return refused.value.code, refused.value.status, str(refused.value)


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "no_dates", 422),
        (b"\n\n\n", "no_dates", 422),
        (b"Dear reader,\nthis is a letter of 5 lines.\n", "no_dates", 422),
        (b'{"readings": [{"day": "first", "value": 5}]}', "no_dates", 422),
        (b"a;01.02.2024\n1;5\n2;6\n3;7\n", "no_dates", 422),
        (b"date;note\n2024-01-01;five\n", "no_numbers", 422),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "not_a_workbook", 422),
        ("date;value".encode("utf-16-le"), "no_dates", 422),
        (b"\x01\x02\x03\x04\x05\x06", "not_text", 422),
        (b"\xff\xfed\x00a", "not_text", 422),
        (b"\xff\xfe\x00\xd8", "not_text", 422),
        (b"Z\x81hler;5", "unknown_encoding", 422),
        (b" " * (MAX_BYTES + 1), "too_large", 413),
        (b"\n" * (2 * MAX_ROWS + 1), "too_many_rows", 413),
        (b"2024-01-01;5\n" * (MAX_ROWS + 1), "too_many_rows", 413),
        (b"2024-01-01;5\n" + b"5" * (MAX_LINE + 1), "line_too_long", 413),
        (b"2024-01-01;" + b"5" * 200_000, "line_too_long", 413),
        (b"2024-01-01" + b";5" * MAX_COLUMNS, "too_many_columns", 413),
        (b'2024-01-01;5;a\n2024-01-02;6;"b\n2024-01-03;7;c\n', "open_quote", 422),
        (b'2024-01-01;5;a\n2024-01-02;6;"b\n2024-01-03;7;c\n2024-01-04;8;"d\n', "open_quote", 422),
        (b'2024-01-01;5;"' + b"a\n" * 100_000 + b'"', "open_quote", 422),
    ],
)
def test_a_file_that_is_no_table_of_readings_is_refused(data: bytes, code: str, status: int) -> None:
    understood = refusal(data)
    assert understood[:2] == (code, status)
    assert "%(" not in understood[2]


def test_a_refusal_names_the_line_and_what_to_do() -> None:
    assert refusal(b'2024-01-01;5;a\n2024-01-02;6;"b\n') == (
        "open_quote",
        422,
        "A quotation mark opened in line 2 is closed in the wrong place or not at all. "
        "Correct that line and import the file again.",
    )


@pytest.mark.parametrize("column", [-1, 0, 2])
def test_values_are_read_from_columns_of_numbers_only(column: int) -> None:
    with pytest.raises(ImportRefused) as refused:
        rows(understand(b"2024-01-01;5\n"), column)
    assert (refused.value.code, refused.value.status) == ("no_such_column", 422)


def test_every_sentence_ends_as_one() -> None:
    sentences = [*(sentence for _, sentence in REFUSALS.values()), *CELL_ERRORS.values(), *SKIPPED.values()]
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []
