"""From a vendor's bytes to sessions: microseconds a record."""

import asyncio
from datetime import UTC, datetime

import orjson
from baseline_rows import MAPPERS, records_in
from decoding import sessions_of
from grounds import Grounds
from mapping import VENDORS, ways_of
from pages import reader_of, vendor_pages
from timing import us_a_record

from goals.findings import Findings, Scale, Table

_PAGES = 20


def measure(_grounds: Grounds, scale: Scale) -> Findings:
    """Measure the adapters, the baseline's dicts, and maps in YAML where there are any."""
    pages = asyncio.run(vendor_pages())
    rows = [_row(vendor, page, scale.rounds) for vendor, page in pages.items()]
    headings = ("µs a record", "slices", "to sessions", "baseline's dicts", "ratio", "map in YAML")
    return Findings([], [Table("From bytes to sessions", headings, rows)])


def _row(vendor: str, page: bytes, repeats: int) -> tuple[str, ...]:
    reader, mapper, now = reader_of(vendor, page), MAPPERS[vendor], datetime.now(UTC)
    slices = us_a_record(reader.page, repeats, _PAGES)
    own = us_a_record(lambda: sessions_of(reader), repeats, _PAGES)
    theirs = us_a_record(
        lambda: [mapper(record, now) for record in records_in(vendor, orjson.loads(page))],
        repeats,
        _PAGES,
    )
    mapped = "-"
    if vendor in VENDORS:
        _, by_map = ways_of(vendor, reader)
        mapped = f"{us_a_record(by_map, repeats, _PAGES):.1f}"
    return vendor, f"{slices:.2f}", f"{own:.1f}", f"{theirs:.1f}", f"{theirs / own:.2f}", mapped
