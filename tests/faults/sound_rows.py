"""The rows of the matrix that are no failures: what comes all the same, and what is told of it."""

from dataclasses import dataclass

from gateway.model.report import BackendWarning
from tests.faults.sites import Site, behind, canopsis, cortex, encrypted, samba
from tests.laboratory import http_faults as http
from tests.laboratory import row_faults as rows
from tests.laboratory import rpc_faults as rpc
from tests.laboratory.toxics import Toxics
from tests.laboratory.vendors import DigitalSamba, digital_samba


@dataclass(frozen=True)
class Sound:
    """A fault that costs nothing, or single rows: how many come, and what is told of it."""

    number: str
    fault: str
    site: Site
    rows: int
    warnings: tuple[BackendWarning, ...] = ()
    status: str = "ok"

    def __str__(self) -> str:
        """Name it."""
        return f"{self.number} {self.fault}"


_W = BackendWarning
_ROW = rows.with_first_row
_FAR = Toxics(latency_s=0.05, jitter_s=0.02, slice_bytes=500)
_BOM = b"\xef\xbb\xbf"


def _oldest_first() -> DigitalSamba:
    return DigitalSamba(digital_samba(250).rows[::-1])


def _is_partial(number: str, fault: str, site: Site, count: int, warning: _W) -> Sound:
    return Sound(number, fault, site, count, (warning,), "partial")


SOUND = [
    Sound("1", "is slow, but in time", samba(http.slow(0.1)), 3),
    Sound("1", "is far away", behind(_FAR), 3),
    Sound("15", "begins with a BOM", samba(http.rewriting(lambda body: _BOM + body)), 3),
    _is_partial(
        "21", "has one record without an id", samba(_ROW(rows.without_id)), 2, _W.REJECTED_ROWS
    ),
    Sound(
        "21a",
        "has one record with an unreadable start",
        samba(_ROW(rows.unreadable)),
        3,
        (_W.UNREADABLE_FIELDS,),
    ),
    Sound("28", "answers 401 once", canopsis(http.at(3, http.html("401 Who"))), 3),
    Sound("28", "forgets us once", cortex(rpc.once(rpc.refusing(-32014))), 2),
    Sound("34", "has a session of tomorrow", samba(_ROW(rows.in_the_future)), 3, (_W.CLOCK_SKEW,)),
    Sound("35", "sends a session twice", samba(rows.with_rows(rows.doubled)), 3, (_W.DUPLICATES,)),
    Sound("37", "gets a session between pages", samba(vendor=lambda: rows.Growing(250)), 250),
    Sound("38", "tells too large a total", samba(rows.with_total(10**9)), 3),
    Sound("38", "tells a total below nothing", samba(rows.with_total(-7)), 3),
    Sound("39", "sorts a page as it likes", samba(rows.with_rows(rows.backwards)), 3),
    _is_partial(
        "39",
        "ignores the order over several pages",
        samba(vendor=_oldest_first),
        100,
        _W.ORDER_VIOLATION,
    ),
    *(
        Sound("42", f"sends {name}, and then the answer", cortex(rpc.before_answer(fault)), 2)
        for name, fault in rpc.STRAY.items()
    ),
    Sound("47", "shows a certificate of a known issuer", encrypted(lambda c: c.good), 3),
    Sound(
        "48",
        "shows the pinned certificate, which has expired",
        encrypted(lambda c: c.expired, pinned=lambda c: c.expired),
        3,
    ),
]
