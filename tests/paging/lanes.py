"""Streams to merge: rows in the order in which a backend delivers them, cut into pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from gateway.model.query import NEWEST_FIRST
from gateway.paging.merge import Merge
from gateway.paging.order import TOTAL, UNORDERED, Coarsening, Key, key_of
from gateway.paging.rows import Row
from tests.support.fakes import FakeRow

NAMES = ("a", "b", "c", "d")

BY_START = Coarsening(1, is_descending=True)
BY_MILLISECOND = Coarsening(1, is_descending=True, granule=1000)


def row(backend: str, found: FakeRow) -> Row:
    """Make the row of a session."""
    session = found.session(backend)
    return Row(key_of(session, NEWEST_FIRST), session)


def rows(backend: str, *starts: int | None) -> list[Row]:
    """Make rows that started at these microseconds, with ids from 0 on."""
    return [row(backend, FakeRow(str(number), start)) for number, start in enumerate(starts)]


def ids(found: Iterable[Row]) -> list[str]:
    """Name sessions."""
    return [one.session.id for one in found]


@dataclass
class Stream:
    """What one backend delivers, and how it is cut."""

    coarsening: Coarsening
    rows: list[Row]
    page_size: int
    given: int = 0

    def page(self) -> tuple[list[Row], bool]:
        """Give the next page, and whether it is the last."""
        page = self.rows[self.given : self.given + self.page_size]
        self.given += self.page_size
        return page, self.given >= len(self.rows)


def merged(merge: Merge, streams: dict[str, Stream]) -> int:
    """Give the merge what it asks for until it has its page; count the pages read."""
    count = 0
    while wanted := merge.step():
        for name in sorted(wanted):
            page, is_end = streams[name].page()
            merge.deliver(name, page, is_end=is_end)
            count += 1
    return count


# Few distinct values, so that ties abound; some within a granule of each other, some before 1970.
starts = st.none() | st.sampled_from([-1001, -1000, -1, 0, 1, 999, 1000, 1001, 2500])
fakes = st.lists(
    st.builds(
        FakeRow,
        st.text("0129", min_size=1, max_size=2),
        starts,
        st.sampled_from(["active", "ended"]),
    ),
    max_size=10,
    unique_by=lambda found: found.native_id,
)


@st.composite
def streams(draw: st.DrawFn) -> dict[str, Stream]:
    """Draw streams that follow what they are known to follow."""
    drawn: dict[str, Stream] = {}
    for name in NAMES[: draw(st.integers(1, 4))]:
        coarsening = draw(st.sampled_from([TOTAL, UNORDERED, BY_START, BY_MILLISECOND]))
        found = draw(st.permutations([row(name, fake) for fake in draw(fakes)]))
        found.sort(key=lambda one, group=coarsening.group: group(one.key))  # type: ignore[misc]  # mypy cannot infer a default
        drawn[name] = Stream(coarsening, found, draw(st.integers(1, 6)))
    return drawn


@st.composite
def lying_streams(draw: st.DrawFn) -> dict[str, Stream]:
    """Draw streams in any order, with rows that come twice, that claim to be sorted."""
    drawn: dict[str, Stream] = {}
    for name in NAMES[: draw(st.integers(1, 4))]:
        found = [row(name, fake) for fake in draw(fakes)]
        repeated = draw(st.lists(st.sampled_from(found), max_size=3)) if found else []
        claimed = draw(st.sampled_from([TOTAL, BY_START, BY_MILLISECOND]))
        order = draw(st.permutations([*found, *repeated]))
        drawn[name] = Stream(claimed, order, draw(st.integers(1, 6)))
    return drawn


def coarsenings(streams: dict[str, Stream]) -> dict[str, Coarsening]:
    """Say what each stream is known to follow."""
    return {name: stream.coarsening for name, stream in streams.items()}


def union(streams: dict[str, Stream]) -> Sequence[Row]:
    """Sort everything there is."""
    return sorted((row for stream in streams.values() for row in stream.rows), key=place)


def place(row: Row) -> Key:
    """Give what rows are sorted by."""
    return row.key
