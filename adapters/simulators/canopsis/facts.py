"""What is known of Canopsis' session API, and what is not."""

from adapters.simulators.canopsis.accounts import ACCOUNTS
from adapters.simulators.canopsis.dialects import FINAL, V2020, Manners
from adapters.simulators.canopsis.reading_quirks import DOCUMENTS, LIST, LOG_IN
from adapters.simulators.canopsis.writing_quirks import BEGINNING, BODIES, SIGNS_OF_LIFE
from adapters.simulators.facts import Call, Dialect, Facts, Unknown

_CALLS = (
    Call("GET /api/v2/sessions", "the list, log-in, and the own session around a write"),
    Call("GET /api/v2/sessionstart", "create; in the dialect v2020 at log-in too"),
    Call("POST /api/v2/keepalive", "keepalive"),
    Call("POST /api/v2/session_tracepath", "hide, in the dialect final"),
    Call("POST /api/v2/session_hide", "hide, in the dialect v2020"),
)

_UNKNOWNS = (
    Unknown(
        "Which version is it? The document's own seems to have been delivered to nobody.",
        "dialect names it, and auto finds it out by the refusal that only the earlier one gives.",
        {"it is the document's own": Manners(V2020)},
    ),
    Unknown(
        "After how many seconds of silence does the operator take a session for over?",
        "active_window_s says so; no answer does. Writes ask the server what is active.",
        {"after ten minutes": Manners(alive_seconds=600)},
    ),
    Unknown(
        "In which order is the list?",
        "None is asked for by the server's own code, so none is relied on: the listing is sorted"
        " here.",
        {"in none": Manners(is_shuffled=True)},
    ),
    Unknown(
        "Can the names of views and tabs hold dots in a real MongoDB?",
        "The recordings had another store. Where they cannot, half is written and the outcome is"
        " told as unknown.",
        {"they can": Manners(takes_dots=True)},
    ),
    Unknown(
        "May seconds have a fraction?",
        "Both are read.",
        {"they may": Manners(has_fractions=True)},
    ),
    Unknown(
        "What do versions 4.2 to 4.4 answer, in which another program serves the same addresses?",
        "Their lists are read with a key in the header, whatever else their rows have. They set"
        " another cookie, so a log-in for writing is told as protocol.",
        {"lists with the rewrite's fields": Manners(is_rewritten=True)},
    ),
)

_ACCOUNT = {"username": ACCOUNTS[0].name}

FACTS = Facts(
    calls=_CALLS,
    quirks=(*LIST, *DOCUMENTS, *LOG_IN, *BEGINNING, *SIGNS_OF_LIFE, *BODIES),
    unknowns=_UNKNOWNS,
    dialects={
        FINAL.name: Dialect(Manners(FINAL), {"dialect": FINAL.name, **_ACCOUNT}),
        V2020.name: Dialect(Manners(V2020), {"dialect": V2020.name, **_ACCOUNT}),
    },
)
