"""Writes the faults and what becomes of them into ``docs/reliability.md``: ``make docs``.

They are the rows that the tests in ``tests/faults`` are run with.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.faults.failing import After, Failing
from tests.faults.rows import FAILING
from tests.faults.sound_rows import SOUND, Sound

FILE = Path(__file__).parent / "reliability.md"
HEADING = "## Every fault, and what becomes of it\n"

_INTRODUCTION = """
A server plays each row over real sockets to the built gateway, in `tests/faults`, alone and beside
two sound backends. Beside others the answer is always 200 with their rows, `complete: false` and
the code. Every answer comes in time, and no answer or log line tells a secret or the vendor's
words. What is no row but a story stands in `tests/faults/test_single_rows.py`. Written by
`make docs`.

**Asked** is how often the vendor is, in all, for one page. **Alone** is the status where no other
backend was asked."""

_LEFT_ALONE = {
    After.TROUBLE: "counts",
    After.NOTHING: "does not count",
    After.PAUSE: "does not count; left alone for a while",
}


def with_faults(text: str) -> str:
    """Give the document with its last section written anew."""
    return "\n".join((text.partition(HEADING)[0] + HEADING + _INTRODUCTION, _failing(), _sound()))


def _failing() -> str:
    rows = [_failing_line([*faults]) for _, faults in groupby(FAILING, _fate)]
    return _table(("the vendor", "code", "alone", "asked", "for the breaker"), rows)


def _fate(row: Failing) -> tuple[object, ...]:
    return row.number, row.code, row.status, row.asked, row.after


def _failing_line(rows: Sequence[Failing]) -> Sequence[str]:
    first = rows[0]
    return (
        "; ".join(row.fault for row in rows),
        f"`{first.code}`",
        f"{first.status:d}",
        _count(first.asked),
        _LEFT_ALONE[first.after],
    )


def _count(asked: range) -> str:
    least, most = asked[0], asked[-1]
    return f"{least}" if least == most else f"{least} to {most}"


def _sound() -> str:
    told = "What costs nothing, or single rows, is answered with 200 and counts for no breaker:\n"
    return f"{told}{_table(('the vendor', 'report', 'warnings'), map(_line, SOUND))}"


def _line(row: Sound) -> Sequence[str]:
    warnings = ", ".join(f"`{warning}`" for warning in row.warnings)
    return row.fault, f"`{row.status}`", warnings or "none"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    FILE.write_text(with_faults(FILE.read_text(encoding="utf-8")), encoding="utf-8")
