"""What the map of a file costs beside the adapter that is written for the vendor, in µs a record.

    python benchmarks/mapping.py

Both read the same records, from their bytes to sessions, which are the same: that is made sure of
first. The map may cost twice as much.
"""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from msgspec import structs
from pages import FROZEN_AT, Reader, reader_of, vendor_pages
from timing import us_a_record

from adapters.declarative.reading import options_model_of
from adapters.declarative.records import Records
from adapters.toolkit.record import read_record
from gateway.spi import Mapped, Provenance, Rejected

_FILES = Path(__file__).parent.parent / "examples" / "vendors"
VENDORS = ("digital_samba", "ekran")
_OPTIONS = {"timezone": "UTC"}
_MOST = 2.0

_DERIVED = {"digital_samba": {"last_activity_at": None, "inferred": ()}}
"""What an adapter concludes that a map cannot say."""

Run = Callable[[], list[Mapped | Rejected]]


def main() -> None:
    """Print the table; end with 1 where a map costs too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--pages", type=int, default=30, help="read in each repeat")
    asked = parser.parse_args()
    pages = asyncio.run(vendor_pages())
    print(f"{'':16}{'adapter':>12}{'map':>12}{'ratio':>8}")
    ratios = [
        _ratio(vendor, reader_of(vendor, pages[vendor]), asked.repeats, asked.pages)
        for vendor in VENDORS
    ]
    if max(ratios) > _MOST:
        raise SystemExit(f"a map costs more than {_MOST} times as much")


def _ratio(vendor: str, reader: Reader, repeats: int, pages: int) -> float:
    by_hand, by_map = ways_of(vendor, reader)
    _check(vendor, by_hand(), by_map())
    costs = [us_a_record(run, repeats, pages) for run in (by_hand, by_map)]
    ratio = costs[1] / costs[0]
    print(f"{vendor:16}{costs[0]:12.2f}{costs[1]:12.2f}{ratio:8.2f}")
    return ratio


def ways_of(vendor: str, reader: Reader) -> tuple[Run, Run]:
    """Give both ways from the records of a page to sessions."""
    records, normalise = reader.page().records, reader.adapter.normalise
    provenance = Provenance(vendor.replace("_", "-"), vendor, FROZEN_AT)
    session = Records(options_model_of(_FILES / f"{vendor}.yaml").written.map, _OPTIONS).session
    return (
        lambda: [normalise(record, provenance) for record in records],
        lambda: [read_record(record, provenance, session) for record in records],
    )


def _check(vendor: str, by_hand: list[Mapped | Rejected], by_map: list[Mapped | Rejected]) -> None:
    """Make sure that both read the same; what is wrong is no cheaper way."""
    for one, other in zip(by_hand, by_map, strict=True):
        if not (isinstance(one, Mapped) and isinstance(other, Mapped)):
            raise SystemExit(f"{vendor}: a record is no session")
        session = structs.replace(one.session, **_DERIVED.get(vendor, {}))
        if session != other.session:
            raise SystemExit(f"{vendor}: the map reads another session than the adapter")


if __name__ == "__main__":
    main()
