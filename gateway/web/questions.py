"""What lists ask: read once, for the same few questions are asked again and again."""

from functools import lru_cache
from typing import NamedTuple

from multidict import MultiMapping
from yarl import URL

from gateway.federation.federation import Federation
from gateway.paging.cursor import CursorSealer
from gateway.web.callers import Caller
from gateway.web.parse import Directory, ListRequest, parse_list

_MOST_QUESTIONS = 128


class ReadQuery(NamedTuple):
    """What a query asks of a list, and the parameters that say so."""

    asked: ListRequest
    parameters: MultiMapping[str]


class Questions:
    """Reads what is asked of a federation, and remembers what was asked last."""

    def __init__(self, federation: Federation, sealer: CursorSealer) -> None:
        """Take what opens the cursors among the parameters."""
        self._federation = federation
        self._sealer = sealer
        self.read = lru_cache(_MOST_QUESTIONS)(self._read)

    def _read(self, caller: Caller, query: str) -> ReadQuery:
        """Read a query as it was sent, or raise a 400 that names everything that is wrong."""
        parameters = URL.build(query_string=query, encoded=True).query
        directory = directory_of(self._federation, caller)
        return ReadQuery(parse_list(parameters, caller, directory, self._sealer), parameters)


def directory_of(federation: Federation, caller: Caller) -> Directory:
    """Give the backends that there are for a caller."""
    return Directory(
        enabled={
            name: backend.adapter.vendor
            for name, backend in federation.backends.items()
            if caller.may_see(name)
        },
        disabled={
            name: vendor for name, vendor in federation.disabled.items() if caller.may_see(name)
        },
    )
