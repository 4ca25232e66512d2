"""What is known of Digital Samba's REST API, version 1, as far as the gateway calls it."""

from adapters.simulators.digital_samba.facts.lists import FILTERS, KEYS_AND_LIMITS, PAGES
from adapters.simulators.digital_samba.facts.records import RECORDS, TIMES, WRITES
from adapters.simulators.digital_samba.facts.unknowns import UNKNOWNS
from adapters.simulators.digital_samba.manners import Manners
from adapters.simulators.facts import Call, Dialect, Facts

_CALLS = (
    Call("GET /sessions", "Lists sessions, and finds the row of one in its room."),
    Call("GET /sessions/{id}", "Reads one session with its statistics."),
    Call("POST /sessions/{id}/end", "Ends a session and puts everybody out of it."),
)

FACTS = Facts(
    calls=_CALLS,
    quirks=(*KEYS_AND_LIMITS, *PAGES, *FILTERS, *TIMES, *RECORDS, *WRITES),
    unknowns=UNKNOWNS,
    dialects={
        "page": Dialect(Manners()),
        "openapi": Dialect(Manners(form="openapi")),
    },
)
