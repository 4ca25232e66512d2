"""Opening sessions and closing them.

Each is one call of which the vendor's answer tells the end. What an error code does not surely
exclude may have been done: such an error says that it has been sent.
"""

from collections.abc import Mapping

import msgspec

from adapters.cortex.calls import Dialect, error_for, is_doubtful
from adapters.cortex.log_in import authorize, credentials, dialect_of
from adapters.cortex.options import CortexOptions
from adapters.cortex.queries import query_sessions
from adapters.cortex.records import CLOSED
from gateway.spi import (
    BadAnswer,
    Context,
    Done,
    ErrorCode,
    Operation,
    Refusal,
    Refused,
    RpcError,
    RpcTransport,
    Ticket,
    TryAgainLater,
    UpstreamError,
    Write,
    WriteField,
    WriteOutcome,
)

# By what a client names it, the parameter of "createSession". Version 2 has neither title nor
# project, and projects are names: there is no list of them.
_PARAMETERS = {
    Dialect.V1: {"device.id": "headset", "title": "title", "space.name": "project"},
    Dialect.V2: {"device.id": "headset"},
}
_VERBS = ("open", "active")

# A session is closed ("updated") by now: both are in the table of version 1.
_OVER = (-32008, -32009)
_NO_SUCH_SESSION = -32007  # from version 2 on, closed ones are no longer there ("Sessions")
_NO_QUOTA = -32019
_NO_HEADSET = {Dialect.V1: {-32004, -32010}, Dialect.V2: {-32001, -32004}}
_IN_USE = {-32005, -32040}


class _Known(msgspec.Struct):
    id: str | int
    status: str | None = None


_KNOWN = msgspec.json.Decoder(_Known)


def operations(dialect: str) -> Mapping[Operation, Mapping[str, WriteField]]:
    """Tell what can be written; what ``auto`` will find is not known before it is asked."""
    named = _PARAMETERS[Dialect.V2 if dialect == Dialect.V2 else Dialect.V1]
    return {
        Operation.CREATE: dict.fromkeys((*named, "native_status"), WriteField()),
        Operation.END: {},
    }


async def create(
    options: CortexOptions, write: Write, context: Context[RpcTransport]
) -> WriteOutcome:
    """Open a session; activate it, which spends quota of the licence, only if that is asked."""
    dialect = dialect_of(context.ticket)
    fields = {name: value for name, value in write.fields.items() if value is not None}
    verb = fields.pop("native_status", "open")
    flaw = _flaw(fields, verb, dialect)
    if flaw is not None:
        return Refused(Refusal.INVALID_FIELD, flaw)
    params = {_PARAMETERS[dialect][name]: value for name, value in fields.items()}
    wanted = {"status": verb, **params}
    try:
        return Done(await _create(options, wanted, context), is_new=True)
    except RpcError as error:
        if error.code in _IN_USE or (error.code in _NO_HEADSET[dialect] and "headset" in wanted):
            return Refused(Refusal.INVALID_FIELD, "device.id")
        raise _failure(error, dialect) from error


async def end(write: Write, context: Context[RpcTransport]) -> WriteOutcome:
    """Close a session. The one that is closed already is given as it is."""
    # Without ``session`` version 1 would close the first that is open.
    wanted = {"session": write.native_id, "status": "close"}
    try:
        params = credentials(context.ticket) | wanted
        return Done(await context.transport.call("updateSession", params))
    except RpcError as error:
        if error.code == _NO_SUCH_SESSION:
            return Refused(Refusal.NOT_FOUND)
        if error.code not in _OVER:
            raise _failure(error, dialect_of(context.ticket)) from error
    return await _closed(str(write.native_id), context)


def _flaw(fields: Mapping[str, object], verb: object, dialect: Dialect) -> str | None:
    """Name what the vendor would ignore, or could not take."""
    if verb not in _VERBS:
        return "native_status"
    if fields.get("device.id") == "":
        return "device.id"  # It would mean the first headset that is connected.
    return next((name for name in fields if name not in _PARAMETERS[dialect]), None)


async def _create(
    options: CortexOptions, wanted: Mapping[str, object], context: Context[RpcTransport]
) -> msgspec.Raw:
    """Create once; where a quota lacks nothing was done, and it is filled up by one session.

    A log-in asks for no quota ("authorize", ``debit``), so an activation is the first to need it.
    """
    try:
        return await _send_create(wanted, context.transport, context.ticket)
    except RpcError as error:
        if error.code != _NO_QUOTA or wanted["status"] != "active":
            raise
    dialect = dialect_of(context.ticket)
    ticket = await authorize(options, context.transport, dialect, debit=1)
    return await _send_create(wanted, context.transport, ticket)


async def _send_create(
    wanted: Mapping[str, object], transport: RpcTransport, ticket: Ticket
) -> msgspec.Raw:
    return await transport.call("createSession", {**credentials(ticket), **wanted})


async def _closed(native_id: str, context: Context[RpcTransport]) -> WriteOutcome:
    """Find the session that the vendor says is closed."""
    try:
        rows = await query_sessions(context)
    except UpstreamError as error:
        error.has_been_sent = False  # It was a question: the write has been refused.
        raise
    for row in rows:
        known = _known(row)
        if known is None or str(known.id) != native_id:
            continue
        if known.status == CLOSED:
            return Done(row)
        raise BadAnswer(ErrorCode.UPSTREAM_ERROR, "updateSession: refused as done, but is not")
    return Refused(Refusal.NOT_FOUND)


def _known(row: msgspec.Raw) -> _Known | None:
    try:
        return _KNOWN.decode(row)
    except (ValueError, RecursionError):
        return None


def _failure(error: RpcError, dialect: Dialect) -> UpstreamError:
    if error.code in _NO_HEADSET[dialect]:
        return TryAgainLater(ErrorCode.UNAVAILABLE, f"{error}: no headset")
    failure = error_for(error, dialect)
    failure.has_been_sent = is_doubtful(error, dialect)
    return failure
