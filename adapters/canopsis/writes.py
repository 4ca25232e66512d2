"""What can be done to a session: to begin it, and to say that somebody is there, and where.

The server does all of it to the session of the caller's log-in and to no other, and names no id.
It begins a new one where none is active, or refuses in the earlier dialect. So what is active is
asked for before, and again afterwards, because only the list shows a session.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from adapters.canopsis import calls
from adapters.canopsis.account import Account, OwnSession
from adapters.toolkit.replies import raise_for_status
from gateway.spi import (
    Done,
    FieldKind,
    HttpRequest,
    Operation,
    Refusal,
    Refused,
    Unclear,
    UpstreamError,
    Write,
    WriteField,
    WriteOutcome,
)

OPERATIONS: Mapping[Operation, Mapping[str, WriteField]] = {
    Operation.CREATE: {},
    Operation.KEEPALIVE: {
        "visible": WriteField(FieldKind.BOOLEAN),
        "path": WriteField(),
        "tab": WriteField(),
    },
    Operation.HIDE: {"path": WriteField(is_required=True), "tab": WriteField()},
}
"""``path`` is a view or a page, and ``tab`` one of the view's tabs: the vendor's path of two."""


async def carry_out(write: Write, account: Account) -> WriteOutcome:
    """Carry out a write; see :meth:`~gateway.spi.adapter.SessionAdapter.write`."""
    if write.operation is Operation.CREATE:
        return await _start(account)
    visit = _Visit.of(write)
    flaw = visit.flaw()
    if flaw is not None:
        return Refused(Refusal.INVALID_FIELD, flaw)
    refusal = await _refusal(write.native_id or "", visit, account)
    return refusal or await _tell(visit, write, account)


@dataclass(frozen=True, slots=True)
class _Visit:
    """A sign of life, and what is in front of who gives it.

    Without ``visible`` it is seen where it names a path: nothing is counted that was not told.
    """

    is_seen: bool
    path: str | None
    tab: str | None

    @classmethod
    def of(cls, write: Write) -> "_Visit":
        fields = write.fields
        path, tab, visible = fields.get("path"), fields.get("tab"), fields.get("visible")
        return cls(
            is_seen=path is not None if visible is None else bool(visible),
            path=None if path is None else str(path),
            tab=None if tab is None else str(tab),
        )

    def flaw(self) -> str | None:
        """Name the field that the server would break at, or take for something else.

        It takes one or two texts, and a path is needed where it is counted
        (final-05-bad-bodies.json, steps 9 to 12).
        """
        if self.tab == "":
            return "tab"
        needs_path = self.is_seen or self.tab is not None
        return "path" if self.path == "" or (needs_path and self.path is None) else None

    def breaks(self, own: OwnSession) -> bool:
        """Say whether it counts a view as a whole of which the server counts single tabs.

        That is an error, and nothing is written (final-03-lifecycle.json, step 9).
        """
        return self.is_seen and self.tab is None and self.path in own.views_by_tab

    def request(self, operation: Operation, account: Account) -> HttpRequest:
        """Make the one request that is the write."""
        path = [part for part in (self.path, self.tab) if part is not None]
        log_in = account.log_in
        if operation is Operation.HIDE:
            return calls.navigation(log_in.dialect, path, log_in.headers)
        return calls.keepalive(path, log_in.headers, visible=self.is_seen)


async def _start(account: Account) -> WriteOutcome:
    """Begin a session; where one is active the server does nothing, and says the same."""
    with _nothing_done():
        before = await account.active_session()
    request = calls.start(account.log_in.headers)
    reply = await account.send(request)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unclear()
    raise_for_status(request, reply)
    try:
        own = await account.active_session()
    except UpstreamError:
        own = None  # It was begun all the same.
    if own is None:
        return Done(None, is_new=before is None)
    return Done(own.record, is_new=before is None or before.id != own.id)


async def _refusal(native_id: str, visit: _Visit, account: Account) -> Refused | None:
    """Say why the server would do something else than was asked for."""
    with _nothing_done():
        own = await account.active_session()
        if own is None or own.id != native_id:
            is_listed = await account.is_listed(native_id)
            return Refused(Refusal.NOT_OWN_SESSION if is_listed else Refusal.NOT_FOUND)
    return Refused(Refusal.INVALID_FIELD, "tab") if visit.breaks(own) else None


async def _tell(visit: _Visit, write: Write, account: Account) -> WriteOutcome:
    request = visit.request(write.operation, account)
    reply = await account.send(request)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unclear()
    if calls.is_without_session(reply):  # It fell silent just now.
        return Refused(Refusal.NOT_OWN_SESSION)
    raise_for_status(request, reply)
    try:
        own = await account.active_session()
    except UpstreamError:
        return Done(None)
    # Another session may have begun instead, where the asked one fell silent just now.
    return Done(own.record) if own is not None and own.id == write.native_id else Unclear()


@contextmanager
def _nothing_done() -> Iterator[None]:
    """Keep what goes wrong with a question from being taken for a write that may be done."""
    try:
        yield
    except UpstreamError as error:
        error.has_been_sent = False
        raise
