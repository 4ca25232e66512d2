"""What is known of EMOTIV Cortex, version 1 and the later ones, and what is not.

Two documents are named: "Cortex API v1", and "Cortex API", which is of all versions from 2 on. A
comma stands before the title of the page.
"""

from adapters.simulators.cortex.facts.admission import ADMISSION
from adapters.simulators.cortex.facts.lists import LISTS
from adapters.simulators.cortex.facts.session_objects import SESSION_OBJECTS
from adapters.simulators.cortex.facts.sockets import SOCKETS
from adapters.simulators.cortex.facts.unknowns import UNKNOWNS
from adapters.simulators.cortex.facts.writes import WRITES
from adapters.simulators.cortex.manners import Manners
from adapters.simulators.facts import Call, Dialect, Facts

FACTS = Facts(
    calls=(
        Call("GET /", "opens the socket that all other calls go over"),
        Call("getCortexInfo", "finds out which version is spoken, with dialect: auto"),
        Call("getUserLogin", "finds out who is logged in"),
        Call("login", "logs in where nobody is, in version 1"),
        Call("hasAccessRight", "finds out whether the application is approved, from version 2 on"),
        Call("requestAccess", "asks for an approval that lacks, from version 2 on"),
        Call("authorize", "gets a token, and quota for one session where an activation lacks it"),
        Call("querySessions", "lists every session"),
        Call("createSession", "opens a session"),
        Call("updateSession", "closes a session"),
    ),
    quirks=(*SOCKETS, *ADMISSION, *LISTS, *SESSION_OBJECTS, *WRITES),
    unknowns=UNKNOWNS,
    dialects={
        "v1": Dialect(Manners(dialect="v1"), {"dialect": "v1"}),
        "v2": Dialect(Manners(dialect="v2"), {"dialect": "v2"}),
    },
)
