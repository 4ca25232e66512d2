"""What all ways of dividing a list into pages have in common, and the list that is not divided."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from adapters.declarative.answers import Answer
from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Draft
from adapters.declarative.language.paging import (
    EndSign,
    PageSize,
    Paging,
    SinglePage,
)
from adapters.declarative.signs import Came, is_last
from gateway.spi import (
    Address,
    BadAnswer,
    ErrorCode,
    First,
    Json,
    PageIndex,
    PagingAbility,
    PagingStyle,
    VendorTotal,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that came: its rows, and the answer that they are of.

    ``asked`` is how many rows were asked for; ``is_filtered`` says that conditions were sent.
    """

    rows: Sequence[msgspec.Raw]
    answer: Answer
    asked: int | None
    is_filtered: bool


class Pager(ABC):
    """One way of paging."""

    style: PagingStyle

    def __init__(self, part: Paging) -> None:
        """Compile what is looked for in answers."""
        self._total_part = part.total
        self._may_be_of_page = part.total is not None and part.total.perhaps_of_page
        self._total_at = _selector(part.total.at if part.total else None)
        self._size: PageSize | None = None
        self._signs: tuple[EndSign, ...] = ()
        self._has_more: Selector | None = None
        self._is_stable = False
        self.is_honoured = False
        """Whether pages are as large as they are asked to be."""
        if not isinstance(part, SinglePage):
            self._size = part.size
            self.is_honoured = part.size is not None and part.size.honoured
            self._signs = part.end
            self._has_more = _selector(part.has_more)
            self._is_stable = part.stable

    def ability(self) -> PagingAbility:
        """Say what the file says."""
        counts = VendorTotal(self._total_part.counts) if self._total_part else VendorTotal.NONE
        most = self._size.max if self._size else None
        return PagingAbility(self.style, most, counts, self._is_stable)

    def usual_size(self) -> int | None:
        """Say how many rows to ask for where nothing else is wanted."""
        return (self._size.default or self._size.max) if self._size else None

    def size(self, at: Address, wanted: int | None) -> int | None:
        """Say how many rows a page is asked for; none where the vendor is not told."""
        if isinstance(at, PageIndex):
            return at.size
        if self._size is None:
            return None
        return min(wanted or self._size.default or self._size.max, self._size.max)

    @abstractmethod
    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Put into a request which page it asks for."""

    @abstractmethod
    def following(self, at: Address, page: Page) -> Address | None:
        """Give the page that follows the one that came from an address; none if it is the last."""

    def told_total(self, at: Address, page: Page, following: Address | None) -> int | None:
        """Give the total of a page, unless it may count nothing but its rows, of several."""
        total = self.total(page.answer)
        is_one_of_several = at != First() or following is not None
        is_of_page = self._may_be_of_page and total == len(page.rows) and is_one_of_several
        return None if is_of_page else total

    def total(self, answer: Answer) -> int | None:
        """Give the total that an answer tells: a number, or its digits; none for anything else."""
        part = self._total_part
        if part is None:
            return None
        if self._total_at is not None:
            return _count(self._total_at.value(answer.document))
        return None if part.header is None else _count(answer.header(part.header))

    def put_size(self, draft: Draft, size: int | None) -> None:
        if self._size is not None and size is not None:
            draft.put(self._size, size)

    def is_last(
        self, page: Page, *, before: int | None, has_token: bool | None = None
    ) -> bool | None:
        """Say whether a page is the last, behind so many rows; none if nothing tells."""
        came = Came(
            received=len(page.rows),
            before=before,
            asked=page.asked if self.is_honoured else None,
            total=None if self._may_count_page(page) else self._telling_total(page.answer),
            is_total=self._counts_what_is_sent(page),
            has_more=self._told_more(page.answer),
            has_token=has_token,
        )
        return is_last(self._signs, came)

    def has_ended(self, page: Page, *, before: int | None) -> bool:
        """Say whether a list ends that goes on by its rows: an empty page brings it no further.

        Raises :class:`~gateway.spi.BadAnswer` where the vendor says that there is more.
        """
        if self.is_last(page, before=before):
            return True
        if page.rows:
            return False
        if self._told_more(page.answer):
            raise stuck(page.answer, "more is told of, but the page is empty")
        return True

    def _telling_total(self, answer: Answer) -> int | None:
        is_estimate = self._total_part is not None and self._total_part.counts == "estimate"
        return None if is_estimate else self.total(answer)

    def _may_count_page(self, page: Page) -> bool:
        """Say whether a total may be that of the page: a page that is full shows no end by it."""
        is_full = page.asked is None or len(page.rows) >= page.asked
        return self._may_be_of_page and is_full and self.total(page.answer) == len(page.rows)

    def _counts_what_is_sent(self, page: Page) -> bool:
        counts = self._total_part.counts if self._total_part else None
        return counts == "pushed" or (counts == "all" and not page.is_filtered)

    def _told_more(self, answer: Answer) -> bool | None:
        """Read whether there is more; what is missing does not tell."""
        told = None if self._has_more is None else self._has_more.value(answer.document)
        if told is None or isinstance(told, bool):
            return told
        raise answer.document.not_as_described()


class Whole(Pager):
    """The vendor answers everything at once."""

    style = PagingStyle.SINGLE

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Ask for everything."""

    def following(self, at: Address, page: Page) -> None:  # noqa: ARG002  # there is one page
        """Give none, if everything has come."""
        total = self._telling_total(page.answer)
        if total is not None and self._counts_what_is_sent(page) and total > len(page.rows):
            raise stuck(page.answer, f"{len(page.rows)} rows of {total}, and there is no more")


def stuck(answer: Answer, why: str) -> BadAnswer:
    """Make the error for a list that does not go on and has not ended."""
    return BadAnswer(ErrorCode.PROTOCOL, f"{answer.what}: {why}")


def _selector(expression: str | None) -> Selector | None:
    return None if expression is None else Selector(expression)


def _count(value: Json) -> int | None:
    try:
        number = msgspec.convert(value, int, strict=False)
    except msgspec.ValidationError:
        return None
    return number if number >= 0 and not isinstance(value, bool) else None
