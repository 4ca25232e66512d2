"""Where a vendor's next page is: judged on the records as they came, before any filter."""

from gateway.spi import AfterId, First, PageIndex


def next_page_index(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    """Give the page that follows in a vendor that counts pages from 0.

    The end is the vendor's total, or an empty page where it tells none: a vendor may send
    shorter pages than it was asked for.
    """
    index, seen = (at.index, at.seen) if isinstance(at, PageIndex) else (0, 0)
    seen += received
    if received == 0 or (total is not None and seen >= total):
        return None
    return PageIndex(index + 1, size, seen)


def next_after_id(
    at: First | AfterId, *, size: int, received: int, last_id: str | None
) -> AfterId | None:
    """Give the page that follows in a vendor that is asked for what comes after an id.

    The end is a page shorter than its size. An id that names itself as the next would never
    end, so that ends too.
    """
    seen, previous = (at.seen, at.native_id) if isinstance(at, AfterId) else (0, None)
    if received < size or last_id is None or last_id == previous:
        return None
    return AfterId(last_id, seen + received)
