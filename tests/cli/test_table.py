"""Tables fit the terminal they are shown on, and what strangers wrote does nothing to it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.table import Table, fitted, lines
from gateway.cli.text import ELLIPSIS, cells, cut, legible

ODD = "aB 日本語ｱ👍👨\u200d👩e\u0301❤\ufe0f\u202e\u2066\x1b[2J\r\n\t\x00\x9b\ud800\u3000\ufeff"
texts = st.text(st.sampled_from(ODD) | st.characters(), max_size=24)
tables = st.integers(1, 6).flatmap(
    lambda n: st.builds(
        Table,
        st.lists(texts, min_size=n, max_size=n),
        st.lists(st.lists(texts, min_size=n, max_size=n), max_size=5),
        st.frozensets(st.integers(0, n - 1)),
    )
)
OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("museum", 6),
        ("日本", 4),
        ("ｱ", 1),
        ("e\u0301", 1),
        ("👍", 2),
        ("1\ufe0f\u20e3", 2),
        ("👩\u200d👧", 4),
        ("\u05d0", 1),
        ("", 0),
    ],
)
def test_a_text_is_measured_in_cells(text: str, expected: int) -> None:
    assert cells(text) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\rb\nc\td", r"a\rb\nc\td"),
        ("user\u202egpj.exe", r"user\u202egpj.exe"),
        ("\x9b2J", r"\x9b2J"),
        ("\u2028", r"\u2028"),
        ("half \ud800", r"half \ud800"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("می\u200cخ", "می\u200cخ"),
        ("Ann", "Ann"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, shown: str) -> None:
    assert legible(text) == shown


@given(texts)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    categories = {unicodedata.category(c) for c in legible(text) if c not in "\u200c\u200d"}

    assert not categories & OBEYED


@given(texts.map(legible), st.integers(0, 30))
def test_a_cut_text_fits_and_begins_as_the_whole(text: str, width: int) -> None:
    shown = cut(text, width)

    assert cells(shown) <= width
    if cells(text) <= width:
        assert shown == text
    elif width:
        assert shown.endswith(ELLIPSIS)
        assert text.startswith(shown[:-1])
        assert cells(text[: len(shown)]) >= width, "no more than needed was cut"


@given(tables, st.integers(1, 90))
def test_every_line_of_a_table_fits(table: Table, width: int) -> None:
    shown = lines(table, width)

    assert len(shown) == len(table.rows) + 1
    assert all(cells(line) <= width for line in shown)


@given(tables, st.none() | st.integers(1, 90))
def test_nothing_of_a_table_is_lost_but_by_an_ellipsis(table: Table, width: int | None) -> None:
    shown = lines(table, width)

    for row, line in zip([table.header, *table.rows], shown, strict=True):
        rest: str | None = line
        for text in map(legible, row):
            if rest is not None:
                rest = _after(text, rest.lstrip(" "))


def _after(text: str, line: str) -> str | None:
    """Give what follows a cell in a line; none where the line itself was cut."""
    text = text.lstrip(" ")
    if line.startswith(text):
        return line[len(text) :]
    begun, ellipsis, rest = line.partition(ELLIPSIS)
    assert ellipsis, (text, line)
    assert text.startswith(begun)
    return rest or None  # Behind the last ellipsis of a line that was cut stands nothing.


@given(tables)
def test_without_a_width_every_cell_is_whole(table: Table) -> None:
    for row, line in zip([table.header, *table.rows], lines(table), strict=True):
        assert all(legible(text) in line for text in row)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=8), st.integers(0, 200), st.data())
def test_columns_take_all_the_room_they_need_and_no_more(
    natural: list[int], spare: int, data: st.DataObject
) -> None:
    room = len(natural) + spare
    firm = data.draw(st.frozensets(st.integers(0, len(natural) - 1)))

    widths = fitted(natural, room, firm)

    assert sum(widths) == min(room, sum(natural))
    assert all(got <= wanted for got, wanted in zip(widths, natural, strict=True))
    assert all(got >= min(1, wanted) for got, wanted in zip(widths, natural, strict=True))


def test_firm_columns_are_narrowed_last() -> None:
    assert fitted([19, 40, 50], 60, {0}) == [19, 21, 20]
    assert fitted([19, 40, 50], 30, {0}) == [10, 10, 10]


def test_columns_line_up_whatever_stands_in_them() -> None:
    table = Table(["NAME", "ID"], [["日本", "1"], ["e\u0301", "2"], ["a longer one", "3"]])

    assert lines(table, 11) == ["NAME     ID", "日本     1", "e\u0301        2", "a long…  3"]


def test_a_painted_cell_lines_up_with_the_others() -> None:
    table = Table(["A", "B"], [["long", "x"], ["s", "y"]])

    shown = lines(table, 20, lambda column, text: f"<{text}>" if column == 0 else text)

    assert shown == ["<A>     B", "<long>  x", "<s>     y"]
