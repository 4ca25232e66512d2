"""Where a vendor's next page is: judged on the records as they came, before any filter."""

from gateway.spi import AfterId, BadAnswer, ErrorCode, First, PageIndex


def next_page_index(
    at: First | PageIndex, *, size: int, received: int, total: int | None
) -> PageIndex | None:
    """Give the page that follows in a vendor that counts pages from 0.

    The end is the vendor's total, or an empty page where it tells none: a vendor may send
    shorter pages than it was asked for. A full page is not the end for a total that is no more
    than its own length: that may be all that was counted. If the first page is short and more is
    to come, all that follow are asked for in its size: so nothing is skipped, whether the vendor
    counts in pages as they are asked for or as it sends them.

    Behind a first page that is full and as long as the total there may be nothing, and no page:
    its address says so by having seen no rows (:func:`may_be_no_page`).
    """
    index, seen = (at.index, at.seen) if isinstance(at, PageIndex) else (0, 0)
    seen += received
    if received == 0 or (total is not None and _is_all(total, seen, received, size)):
        return None
    if index == 0 and received == size == total:
        return PageIndex(1, size, seen=0)
    return PageIndex(index + 1, size if index else min(received, size), seen)


def may_be_no_page(at: PageIndex) -> bool:
    """Say whether the first page may have been all, so that a vendor may refuse this one."""
    return at.index == 1 and at.seen == 0


def _is_all(total: int, seen: int, received: int, size: int) -> bool:
    return total <= seen if received < size else received < total == seen


def next_after_id(
    at: First | AfterId, *, size: int, received: int, last_id: str | None, total: int | None
) -> AfterId | None:
    """Give the page that follows in a vendor that is asked for what comes after an id.

    The end is a page shorter than its size by which the total is reached, or an empty one: a
    vendor may send shorter pages than it was asked for. A page that ends with the row it was to
    come after is no answer: it would come again and again.
    """
    seen, previous = (at.seen, at.native_id) if isinstance(at, AfterId) else (0, None)
    seen += received
    is_all = received < size and total is not None and total <= seen
    if last_id is not None and last_id == previous:
        raise BadAnswer(ErrorCode.PROTOCOL, "a page that ends with the row it is to come after")
    if received == 0 or is_all or last_id is None:
        return None
    return AfterId(last_id, seen)
