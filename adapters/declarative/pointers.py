"""The ways of paging in which a page points to the next: by its last row, a token, or a link."""

from urllib.parse import urljoin

import msgspec

from adapters.declarative.answers import Answer
from adapters.declarative.documents import Document, Selector
from adapters.declarative.drafts import Draft
from adapters.declarative.language.paging import AfterIdPaging, CursorPaging, LinkPaging
from adapters.declarative.language.requests import Place
from adapters.declarative.paging import Page, Pager, stuck
from adapters.toolkit.link_header import link_to
from adapters.toolkit.links import rebased
from gateway.spi import Address, AfterId, BadAnswer, First, Json, PagingStyle, StartOver, Token


class ByLastRow(Pager):
    """A page is asked for by an id in the last row before it."""

    def __init__(self, part: AfterIdPaging, row_id: Selector, *, is_own: bool) -> None:
        """Take where that goes, and what finds it in a row.

        ``is_own`` says that it is the session's own id. Any other is a token to everybody else.
        """
        super().__init__(part)
        self.style = PagingStyle.AFTER_ID if is_own else PagingStyle.CURSOR
        self._place = part.after
        self._row_id = row_id
        self._is_own = is_own

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Put in the id."""
        if isinstance(at, Token):
            draft.put(self._place, _told_by(at, self._place))
        elif isinstance(at, AfterId):
            draft.put(self._place, at.native_id)
        self.put_size(draft, size)

    def following(self, at: Address, page: Page) -> Address | None:
        """Go on behind the last row that has an id."""
        seen, previous = at.seen if isinstance(at, AfterId) else 0, _id_in(at)
        if self.has_ended(page, before=seen if seen or previous is None else None):
            return None
        found = _last_id(page, self._row_id)
        behind = (
            AfterId(str(found), seen + len(page.rows))
            if self._is_own
            else _token(found, self._place)
        )
        if _id_in(behind) == previous:
            raise stuck(page.answer, "a page that ends with the row it is to come after")
        return behind


class ByToken(Pager):
    """A page is asked for by a token of the one before it."""

    style = PagingStyle.CURSOR

    def __init__(self, part: CursorPaging) -> None:
        """Take where it goes, and where it is found."""
        super().__init__(part)
        self._place = part.token
        self._next = Selector(part.next)

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Put in the token."""
        if isinstance(at, Token):
            draft.put(self._place, _told_by(at, self._place))
        self.put_size(draft, size)

    def following(self, at: Address, page: Page) -> Token | None:
        """Go on with the token of the answer."""
        document = page.answer.document
        try:
            found = _identifier(self._next.value(document))
        except ValueError as error:
            raise document.not_as_described() from error
        token = None if found is None else _token(found, self._place)
        return _going_on(self, at, page, token)


class ByLink(Pager):
    """Each answer links to the page that follows it."""

    style = PagingStyle.LINK

    def __init__(self, part: LinkPaging, endpoint_url: str) -> None:
        """Take where links are found, and what they are relative to."""
        super().__init__(part)
        self._next = None if part.next is None else Selector(part.next)
        self._endpoint_url = endpoint_url

    def ask(self, draft: Draft, at: Address, size: int | None) -> None:
        """Go where the link leads."""
        if isinstance(at, Token):
            draft.go_to(at.text)
        else:
            self.put_size(draft, size)

    def following(self, at: Address, page: Page) -> Token | None:
        """Go on where the answer links to, if that is below the vendor's address."""
        link = self._link(page.answer)
        place = None if link is None else Token(self._rebased(link, page.answer))
        return _going_on(self, at, page, place)

    def _link(self, answer: Answer) -> str | None:
        if self._next is None:
            return link_to("next", answer.header("link") or "")
        found = self._next.value(answer.document)
        if found is None or found == "":
            return None
        if not isinstance(found, str):
            raise answer.document.not_as_described()
        return found

    def _rebased(self, link: str, answer: Answer) -> str:
        """Make a place of a link, which may be relative to what was asked for (RFC 8288, 3.1)."""
        try:
            whole = urljoin(self._endpoint_url.rstrip("/") + answer.path, link)
        except ValueError as error:
            raise stuck(answer, "a link that is none") from error
        return rebased(whole, self._endpoint_url)


def _token(value: str | int, place: Place) -> Token:
    """Make a token to everybody else: where JSON is sent, it tells texts and numbers apart."""
    return Token(msgspec.json.encode(value).decode() if place.is_json else str(value))


def _told_by(token: Token, place: Place) -> Json:
    """Give what a token holds; one of before the file was changed may be no JSON."""
    if not place.is_json:
        return token.text
    try:
        return msgspec.json.decode(token.text)
    except msgspec.DecodeError as error:
        raise StartOver("a token of another kind") from error


def _last_id(page: Page, row_id: Selector) -> str | int:
    """Give the id to go on after: that of the last row that has one."""
    ids = (_id_of(Document(page.answer.what, row), row_id) for row in reversed(page.rows))
    found = next((each for each in ids if each is not None), None)
    if found is None:
        raise stuck(page.answer, "no row has an id to go on after")
    return found


def _going_on(pager: Pager, at: Address, page: Page, token: Token | None) -> Token | None:
    """Give the page of a token, unless the page that came is the last."""
    verdict = pager.is_last(page, before=_before_token(at), has_token=token is not None)
    if verdict:
        return None
    if token is None:
        if verdict is False:
            raise stuck(page.answer, "more is told of, but not where")
        return None
    if at == token:
        raise stuck(page.answer, "a page that is said to be followed by itself")
    return token


def _id_in(at: Address) -> str | None:
    match at:
        case AfterId(native_id=found) | Token(text=found):
            return found
        case _:
            return None


def _before_token(at: Address) -> int | None:
    return 0 if at == First() else None


def _id_of(row: Document, row_id: Selector) -> str | int | None:
    try:
        return _identifier(row_id.value(row))
    except (BadAnswer, ValueError):
        return None


def _identifier(value: Json) -> str | int | None:
    """Read a text or a whole number; none where there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("neither a text nor a whole number")
    return value
