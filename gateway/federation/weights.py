"""What kept records take in memory."""

from typing import NamedTuple


class Weights(NamedTuple):
    """What a record takes in memory, in bytes: as such, and for each byte of it."""

    of_record: int
    of_byte: int

    def estimate(self, records: int, record_bytes: int) -> int:
        """Estimate the memory that records take of so many bytes in all."""
        return records * self.of_record + record_bytes * self.of_byte


# At least what was measured for listings of five vendors, by ``benchmarks/listings.py``.
RECORDS_ALONE = Weights(430, 1)
"""Beside its bytes a record takes its id, its places in two orders, and the objects for those."""

REMEMBERED = Weights(1430, 7)
"""So does a session with its rows in two orders: decoded attributes take several times the JSON."""
