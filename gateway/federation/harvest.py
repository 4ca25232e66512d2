"""What is gathered of a backend's pages while its whole listing is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Raw

from gateway.federation.listing import REMEMBERED_BYTES, Listing
from gateway.federation.remembered import Maker, Remembered
from gateway.federation.tally import Tally
from gateway.federation.vanished import Vanished
from gateway.federation.weights import RECORDS_ALONE, REMEMBERED
from gateway.model.query import Order
from gateway.model.report import ErrorCode
from gateway.model.session import Placed, Session
from gateway.paging.order import Key, is_outlined, keying
from gateway.spi.errors import BadAnswer


class Harvest:
    """Takes sessions some at a time, and becomes a listing: each id once, in a bounded memory."""

    def __init__(
        self, order: Order, *, max_bytes: int, remembered_bytes: int = REMEMBERED_BYTES
    ) -> None:
        """Take what may be taken at all, and what may be taken to remember sessions."""
        self.keys: list[Key] = []
        """The places, in the order, of all sessions."""
        self.records: dict[str, bytes] = {}
        """What was taken, by native id: without what tells that it is JSON, which takes memory."""
        self.is_outlined = is_outlined(order)
        """Whether outlines are enough to take."""
        self._key = keying(order)
        self._max_bytes = max_bytes
        self._remembered_bytes = remembered_bytes
        self._placed: dict[str, Placed] | None = {}
        self._record_bytes = 0
        self._vanished: dict[str, Session] = {}
        self._received = 0

    def expect(self, records: int, size: int) -> None:
        """Get ready for so many more records: sessions that will be too many are not remembered."""
        self._remember_no_more_than_fit(len(self.records) + records, self._record_bytes + size)

    def take(self, pairs: Sequence[tuple[Placed, Raw]]) -> None:
        """Take sessions and their records; the first of two with one id is the one that counts.

        A page that shifted repeats what came before. Raises :class:`BadAnswer` where there are
        more than there is room for.
        """
        self._received += len(pairs)
        fresh = dict[str, Placed]()
        for session, record in pairs:
            native_id = session.native_id
            if native_id not in self.records:
                self.records[native_id] = bytes(record)
                self._record_bytes += len(record)
                fresh[native_id] = session
        self.keys += map(self._key, fresh.values())
        if self._placed is not None:
            self._placed.update(fresh)
        self._remember_no_more_than_fit(len(self.records), self._record_bytes)
        if RECORDS_ALONE.estimate(len(self.records), self._record_bytes) > self._max_bytes:
            raise BadAnswer(ErrorCode.BUDGET_EXCEEDED, f"a list over {self._max_bytes} bytes")

    def _remember_no_more_than_fit(self, records: int, size: int) -> None:
        if REMEMBERED.estimate(records, size) > self._remembered_bytes:
            self._placed = None

    def take_vanished(self, vanished: Iterable[Vanished]) -> None:
        """Take sessions that are no longer at the vendor, but for those that are there again."""
        gone = [each for each in vanished if each.session.native_id not in self.records]
        self.take([(each.session, each.record) for each in gone])
        self._vanished |= {each.session.native_id: each.session for each in gone}

    def listing(self, maker: Maker, as_of: datetime, tally: Tally) -> Listing:
        """Make the listing, at the end."""
        return Listing(
            records=self.records,
            maker=maker,
            as_of=as_of,
            mapped_as_of=as_of,
            flaws=tally.flaws,
            duplicates=self._received - len(self.records),
            record_bytes=self._record_bytes,
            remembered=self._remembered(maker),
            vanished=self._vanished,
            has_drifted=tally.has_drifted,
        )

    def _remembered(self, maker: Maker) -> Remembered | None:
        return None if self._placed is None else Remembered(self._placed, self.records, maker)
