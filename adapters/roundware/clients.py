"""What a client says of itself in ``client_type`` and ``client_system``, read and written."""

import re

from adapters.toolkit.record import Record, text
from gateway.spi import Client

# Of the types of client, those that are named after a device and not after its system.
_SYSTEM_OF = {"iPhone": "iOS", "iPad": "iOS"}
_SYSTEMS = ("iOS", "Android")

# iOS clients write "iOS 15.1"; web clients a user agent, cut at 127 characters.
_VERSION = re.compile(r"[0-9]\S*")


def client_of(record: Record) -> Client | None:
    """Name the client by its type, else by its system; client_system stays an attribute."""
    name = record.take("client_type", text)
    told = record.peek("client_system")
    system, _, version = told.rpartition(" ") if isinstance(told, str) else ("", "", "")
    if system and system in (*_SYSTEMS, name) and is_version(version):
        return Client(name=name or system, version=version)
    return Client(name=name) if name else None


def is_version(value: str) -> bool:
    """Say whether a version can be told apart from the words before it."""
    return _VERSION.fullmatch(value) is not None


def system_of(name: str, version: str) -> str:
    """Write a client's system so that its version can be read of it."""
    return f"{_SYSTEM_OF.get(name, name)} {version}"
