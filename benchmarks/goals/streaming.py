"""Everything as NDJSON: sessions a second of CPU, and what the memory grows by meanwhile."""

from answers import page_of
from grounds import Grounds
from servers import Server
from streams import stream

from goals.findings import Findings, Scale, Table, at_least, at_most

_A_SECOND, _GROWTH_MB = 60_000, 32
_PATIENT = {"deadline_s": 60.0, "timeout_s": 60.0, "ttl_s": 3600.0}
_Row = tuple[float, float, float]


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Stream again and again: what is kept of the vendors is more each time, and at last is all."""
    vendors = grounds.vendors(scale.rows)
    with grounds.gateway(vendors, **_PATIENT) as gateway:
        rows = {
            "reading the vendors": _streamed(gateway, scale),
            "again, two of the vendors read again": _streamed(gateway, scale),
        }
        _fetch(gateway)
        rows["once fetched"] = _streamed(gateway, scale)
    sessions, a_second, _ = rows["once fetched"]
    growth_mb = max(growth_mb for _, _, growth_mb in list(rows.values())[1:])
    what = f"NDJSON of {sessions:,.0f} sessions"
    return Findings(
        [
            at_least(f"{what}, a second of CPU, once fetched", a_second, _A_SECOND, "sessions"),
            at_most(f"{what}, growth of RSS", growth_mb, _GROWTH_MB, "MB"),
        ],
        [
            Table(
                "NDJSON of everything, five vendors",
                ("", "sessions", "sessions a second of CPU", "growth of RSS, MB"),
                [(name, *(f"{figure:,.0f}" for figure in row)) for name, row in rows.items()],
                "Reading the vendors fills what is kept, which is most of that growth. Of a vendor"
                " that sorts, or chooses by start, a stream reads a page after the other and keeps"
                " none; once an order was asked for that it does not have, its list is kept, too.",
            )
        ],
    )


def _fetch(gateway: Server) -> None:
    """Have all lists be kept: no vendor sorts by user."""
    page = page_of(gateway.address, {"limit": 1, "sort": "user"})
    if page is None or not page.complete:
        raise SystemExit("not all lists were read in full")


def _streamed(gateway: Server, scale: Scale) -> _Row:
    cpu, resident_mb = gateway.cpu_seconds(), gateway.resident_mb()
    passed = stream(gateway, 5 * scale.rows)[-1]
    seconds = gateway.cpu_seconds() - cpu
    return passed.sessions, passed.sessions / seconds, passed.peak_mb - resident_mb
