"""What reading a vendor's page costs, from its bytes to canonical sessions, in µs a record.

    python benchmarks/decoding.py

The first table is of the adapters as they are. The second sets other ways to read the same page
beside theirs; it is what the decision to keep records as slices of JSON rests on.
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson
from baseline_rows import MAPPERS, Row, records_in
from decoding_rivals import PYDANTIC, TYPED
from pages import Reader, reader_of, vendor_pages
from timing import us_a_record

from gateway.spi import Mapped, Provenance, Session

_NOW = datetime.now(UTC)
_decode = msgspec.json.Decoder().decode

Run = Callable[[], object]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--pages", type=int, default=30, help="read in each repeat")
    asked = parser.parse_args()
    pages = asyncio.run(vendor_pages())
    steps = {vendor: _steps(vendor, page) for vendor, page in pages.items()}
    ways = {vendor: _ways(vendor, pages[vendor]) for vendor in TYPED}
    for of_one_vendor in ways.values():
        _check(of_one_vendor)

    def cost(run: Run) -> float:
        return us_a_record(run, asked.repeats, asked.pages)

    print("In µs a record: the adapters' steps, and a page decoded in one go\n")
    _print(steps, cost)
    print("\nIn µs a record: up to sessions as the adapters do it, and in other ways\n")
    _print(ways, cost)


def _print(table: Mapping[str, Mapping[str, Run]], cost: Callable[[Run], float]) -> None:
    headings = next(iter(table.values()))
    print(f"{'':16}" + "".join(f"{heading:>14}" for heading in headings))
    for vendor, runs in table.items():
        print(f"{vendor:16}" + "".join(f"{cost(run):14.2f}" for run in runs.values()))


def _steps(vendor: str, page: bytes) -> dict[str, Run]:
    reader = reader_of(vendor, page)
    return {
        "slices": reader.page,
        "and dicts": lambda: [_decode(record) for record in reader.page().records],
        "and sessions": lambda: sessions_of(reader),
        "in one go": lambda: _decode(page),
    }


def _ways(vendor: str, page: bytes) -> dict[str, Callable[[], list[Any]]]:
    """Read a page in four ways. The typed one drops what it does not know; the others keep it.

    One of orjson ends in dicts rather than sessions.
    """
    reader = reader_of(vendor, page)
    typed, pydantic, mapper = TYPED[vendor], PYDANTIC[vendor], MAPPERS[vendor]
    return {
        "adapters": lambda: sessions_of(reader),
        "typed": lambda: typed(page),
        "orjson": lambda: [mapper(r, _NOW) for r in records_in(vendor, orjson.loads(page))],
        "pydantic": lambda: pydantic(page),
    }


def sessions_of(reader: Reader) -> list[Session]:
    """Read the sessions of a page, as the gateway does."""
    adapter = reader.adapter
    provenance = Provenance(adapter.vendor.replace("_", "-"), adapter.vendor, _NOW)
    mapped = [adapter.normalise(record, provenance) for record in reader.page().records]
    return [each.session for each in mapped if isinstance(each, Mapped)]


def _check(ways: Mapping[str, Callable[[], list[Any]]]) -> None:
    """Make sure that all ways read the same; what is wrong is no faster way."""
    read = {way: [_told(session) for session in run()] for way, run in ways.items()}
    for way, told in read.items():
        if told != read["adapters"]:
            raise SystemExit(f"{way} reads other sessions than the adapters")


def _told(session: Session | Row) -> tuple[object, ...]:
    names = ("id", "status", "started_at", "ended_at", "title", "duration_s")
    if isinstance(session, dict):
        return tuple(session[name] for name in names)
    return tuple(getattr(session, name) for name in names)


if __name__ == "__main__":
    main()
