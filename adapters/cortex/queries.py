"""Asking Cortex for its sessions: for all of them, or in version 1 for those of one status."""

from collections.abc import Iterable

import msgspec

from adapters.cortex.calls import Dialect, call
from adapters.cortex.log_in import credentials, dialect_of
from adapters.cortex.records import CLOSED, OPEN
from gateway.spi import AnyOf, Condition, Context, Field, RpcTransport, Status

_ROWS = msgspec.json.Decoder(list[msgspec.Raw])

# "Example: Query by status" has one native word. That a session goes on is said by two of them,
# and a word of no document might be refused.
_WORDS: dict[Field, dict[str, str]] = {
    Field.STATUS: {Status.ENDED: CLOSED},
    Field.NATIVE_STATUS: {word: word for word in (*OPEN, CLOSED)},
}


def word_of(condition: Condition) -> str | None:
    """Give the native status that every match of a condition has, if there is one."""
    match condition:
        case AnyOf(field=field, values=values) if len(values) == 1:
            return _WORDS.get(field, {}).get(*values)
        case _:
            return None


async def query_sessions(
    context: Context[RpcTransport], pushed: Iterable[Condition] = ()
) -> list[msgspec.Raw]:
    """Read the whole array, which has neither pages nor an order, or that of one status.

    For all, ``query`` is left out, as in "Example: Query all", though the table of version 1 says
    that it is required; later versions have none.
    """
    dialect, params = dialect_of(context.ticket), credentials(context.ticket)
    if dialect is Dialect.V1:
        params |= _query(pushed)
    return await call(context.transport, dialect, "querySessions", params, _ROWS)


def _query(pushed: Iterable[Condition]) -> dict[str, object]:
    """Ask for one of the statuses: where conditions name several, nothing matches them all."""
    words = sorted(filter(None, map(word_of, pushed)))
    return {"query": {"status": words[0]}} if words else {}
