"""Asking Cortex for its sessions."""

import msgspec

from adapters.cortex.calls import call
from adapters.cortex.log_in import credentials, dialect_of
from gateway.spi import Context, RpcTransport

_ROWS = msgspec.json.Decoder(list[msgspec.Raw])


async def query_sessions(context: Context[RpcTransport]) -> list[msgspec.Raw]:
    """Read the whole array, which has neither pages nor an order.

    ``query`` is left out, as in "Example: Query all", though the table of version 1 says that it
    is required; later versions have none.
    """
    dialect, params = dialect_of(context.ticket), credentials(context.ticket)
    return await call(context.transport, dialect, "querySessions", params, _ROWS)
