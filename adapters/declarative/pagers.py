"""The way in which a vendor divides its list, as its file names it; those that count rows."""

from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Draft
from adapters.declarative.language.mapping import IdField
from adapters.declarative.language.paging import (
    AfterIdPaging,
    CursorPaging,
    LinkPaging,
    OffsetPaging,
    PageIndexPaging,
    Paging,
)
from adapters.declarative.paging import Page, Pager, Whole, stuck
from adapters.declarative.pointers import ByLastRow, ByLink, ByToken
from gateway.spi import Address, Offset, PageIndex, PagingStyle


def pager_of(part: Paging, native_id: IdField, endpoint_url: str) -> Pager:
    """Choose the way that a file names."""
    match part:
        case OffsetPaging() as paging:
            return ByOffset(paging)
        case PageIndexPaging() as paging:
            return ByIndex(paging)
        case AfterIdPaging() as paging:
            return _after_id(paging, native_id)
        case CursorPaging() as paging:
            return ByToken(paging)
        case LinkPaging() as paging:
            return ByLink(paging, endpoint_url)
        case paging:
            return Whole(paging)


def _after_id(part: AfterIdPaging, native_id: IdField) -> Pager:
    """Page by sessions' own ids, or by ids of the vendor's that say nothing to anybody else."""
    paths = (native_id.at, *native_id.or_at) if native_id.at else ()
    own = Selector.along(*paths) if paths else Selector(native_id.expr or "@")
    is_own = part.id in (None, native_id.at) and native_id.transform is None
    return ByLastRow(part, own if part.id is None else Selector.along(part.id), is_own=is_own)


class ByOffset(Pager):
    """A page is asked for by how many rows come before it."""

    style = PagingStyle.OFFSET

    def __init__(self, part: OffsetPaging) -> None:
        """Take where that goes."""
        super().__init__(part)
        self._place = part.offset

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Put in how many rows come before, and how many are wanted."""
        draft.put(self._place, at.rows if isinstance(at, Offset) else 0)
        self.put_size(draft, size)

    def following(self, at: Address, page: Page) -> Offset | None:
        """Go on behind what came."""
        before = at.rows if isinstance(at, Offset) else 0
        if self.has_ended(page, before=before):
            return None
        return Offset(before + len(page.rows))


class ByIndex(Pager):
    """A page is asked for by its number."""

    style = PagingStyle.PAGE_INDEX

    def __init__(self, part: PageIndexPaging) -> None:
        """Take where that goes."""
        super().__init__(part)
        self._place = part.index

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Put in the number, and the size by which pages are counted."""
        index = at.index if isinstance(at, PageIndex) else 0
        draft.put(self._place, self._place.first + index)
        self.put_size(draft, size)

    def following(self, at: Address, page: Page) -> PageIndex | None:
        """Go on with the page of the next number.

        Where the first page is shorter than asked for, and more is to come, the vendor caps pages.
        Those that follow are asked for in its size: so nothing is skipped, however it counts.
        """
        here = at if isinstance(at, PageIndex) else PageIndex(0, page.asked or 0, seen=0)
        received = len(page.rows)
        if self.is_honoured and received > here.size:
            raise stuck(page.answer, f"{received} rows on a page of {here.size}")
        is_known = here.seen > 0 or here.index == 0
        if self.has_ended(page, before=here.seen if is_known else None):
            return None
        is_capped = self.is_honoured and here.index == 0
        size = min(received, here.size) if is_capped else here.size
        return PageIndex(here.index + 1, size, here.seen + received)
