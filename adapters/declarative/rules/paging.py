"""Rules of how a list is divided into pages, and how its end is told."""

from collections.abc import Iterator

from adapters.declarative.language.paging import (
    CursorPaging,
    LinkPaging,
    Paging,
    SinglePage,
    Total,
)
from adapters.declarative.language.spec import Spec
from adapters.declarative.language.transport import JsonRpcWsTransport, RestTransport
from gateway.spi.documents import Finding, KeyPath

_AT: KeyPath = ("list", "paginate")


def unfit_paging(spec: Spec) -> Iterator[Finding]:
    """Find signs of the end that cannot be seen, and figures that do not fit."""
    paging = spec.list.paginate
    if paging.total is not None:
        yield from _unfit_total(spec, paging.total)
    if isinstance(paging, LinkPaging) and not isinstance(spec.transport, RestTransport):
        yield (*_AT, "style"), f"links are followed over rest, not {spec.transport.kind}"
    if isinstance(paging, SinglePage):
        return
    yield from _unseen_ends(paging)
    size = paging.size
    if size is not None and size.default is not None and size.default > size.max:
        yield (*_AT, "size", "default"), "must not be more than max"
    if paging.has_more is not None and "has_more" not in paging.end:
        yield (*_AT, "has_more"), "is not looked at; name has_more in end"


def _unfit_total(spec: Spec, total: Total) -> Iterator[Finding]:
    at = (*_AT, "total")
    if (total.at is None) == (total.header is None):
        yield at, "needs one of at and header"
    elif total.header is not None and isinstance(spec.transport, JsonRpcWsTransport):
        yield (*at, "header"), "answers over jsonrpc_ws have no headers"


def _unseen_ends(paging: Paging) -> Iterator[Finding]:
    if isinstance(paging, SinglePage):
        return
    if not paging.end:
        yield (*_AT, "end"), "must name what tells that a page is the last"
    size = paging.size
    wanting = {
        "total": paging.total is None and "total, where the vendor tells how many rows there are",
        "has_more": paging.has_more is None and "has_more, where the answer says so",
        "no_token": not isinstance(paging, CursorPaging | LinkPaging) and "style cursor or link",
        "short_page": (size is None or not size.honoured) and "a size that is honoured",
    }
    for index, sign in enumerate(paging.end):
        if what := wanting.get(sign):
            yield (*_AT, "end", index), f"{sign} needs {what}"
