"""Addresses of pages as lists of plain values, for what is written down and read again."""

from typing import TypeAlias, assert_never

from gateway.spi.pages import Address, AfterId, First, Offset, PageIndex, Token

Written: TypeAlias = list[str | int]


def written(address: Address) -> Written:
    """Write an address as its kind and what it holds."""
    match address:
        case First():
            return ["first"]
        case Offset(rows):
            return ["offset", rows]
        case PageIndex(index, size, seen):
            return ["page", index, size, seen]
        case Token(text):
            return ["token", text]
        case AfterId(native_id, seen):
            return ["after", native_id, seen]
        case _:
            assert_never(address)


def address_of(form: Written) -> Address:
    """Read an address that was written so; raise ``ValueError`` for any other."""
    match form:
        case ["offset", int(rows)]:
            return Offset(rows)
        case ["page", int(index), int(size), int(seen)]:
            return PageIndex(index, size, seen)
        case ["token", str(text)]:
            return Token(text)
        case ["after", str(native_id), int(seen)]:
            return AfterId(native_id, seen)
        case ["first"]:
            return First()
        case _:
            raise ValueError("no address")
