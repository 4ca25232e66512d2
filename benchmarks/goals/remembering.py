"""Memory: a gateway that has nothing to do, and one that keeps 100,000 sessions."""

from answers import page_of
from grounds import Grounds
from servers import Server

from goals.findings import Findings, Scale, Table, at_most

_IDLE_MB, _KEPT_MB = 80, 90
_LISTED_WHOLE = ("canopsis", "cortex", "roundware")
_PATIENT = {"deadline_s": 60.0, "timeout_s": 60.0, "ttl_s": 3600.0}


def measure(grounds: Grounds, scale: Scale) -> Findings:
    """Measure both; sessions are kept of those vendors that send whole lists."""
    with grounds.served(grounds.upstreams()) as idle:
        idle_mb = idle.resident_mb()
    rows = 5 * scale.rows // len(_LISTED_WHOLE)
    sessions = rows * len(_LISTED_WHOLE)
    vendors = [grounds.vendor(name, rows=rows, seed=1) for name in _LISTED_WHOLE]
    with grounds.gateway(vendors, **_PATIENT) as gateway:
        before_mb = gateway.resident_mb()
        _fill(gateway)
        kept_mb, peak_mb = gateway.resident_mb() - before_mb, gateway.peak_mb() - before_mb
    a_session = kept_mb * 1024 * 1024 / sessions
    return Findings(
        [
            at_most("idle RSS", idle_mb, _IDLE_MB, "MB"),
            at_most(f"{sessions:,} sessions kept, more RSS", kept_mb, _KEPT_MB, "MB"),
        ],
        [
            Table(
                "Memory",
                ("", "MB"),
                [
                    ("idle, five backends", f"{idle_mb:.0f}"),
                    (f"more with {sessions:,} sessions kept", f"{kept_mb:.0f}"),
                    ("more while they were read, at most", f"{peak_mb:.0f}"),
                ],
                f"That is {a_session:,.0f} bytes a session, of vendors that send whole lists.",
            )
        ],
    )


def _fill(gateway: Server) -> None:
    page = page_of(gateway.address, {"limit": 100})
    if page is None or not page.complete:
        raise SystemExit("not all lists were read in full")
