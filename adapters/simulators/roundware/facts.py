"""What is known of Roundware's API, and what is not."""

from adapters.simulators.facts import Call, Facts, Unknown
from adapters.simulators.roundware.creating_quirks import CREATING
from adapters.simulators.roundware.manners import Manners
from adapters.simulators.roundware.reading_quirks import DOOR, LIST, ROWS

_CALLS = (
    Call("GET /api/2/sessions/", "the list of all sessions"),
    Call("GET /api/2/sessions/{id}/", "one session, and the ids that may follow the last known"),
    Call("POST /api/2/sessions/", "create"),
    Call("GET /api/2/languages/", "the number of a language, before create"),
    Call("GET /api/2/projects/", "whether a project is there, after create met a fault"),
)

_UNKNOWNS = (
    Unknown(
        "In which zone is the server?",
        "Sessions are written in UTC in every zone, so none is configured. Only the hour that its"
        " clocks skip in spring shows the zone.",
        {
            "its clocks are Berlin's": Manners(zone="Europe/Berlin"),
            "its clocks skip no hour": Manners(zone="UTC"),
        },
    ),
    Unknown(
        "Which starts of before March 2015, or of the API's version 1, are in the server's zone?",
        "Every server that has today's list writes UTC, so a zone for the whole backend would be"
        " wrong for each row that it has begun itself. An old row looks the same in either zone:"
        " no way could show it, and its start may be off by the server's distance from UTC.",
    ),
    Unknown(
        "Does the server drop an invalid filter value, or list nothing then, as until May 2020?",
        "No filter is sent.",
        {"an invalid value brings nothing": Manners(fails_closed=True)},
    ),
    Unknown(
        "Does the server break at an unknown id, as until November 2017?",
        "The list does not change by it. One session that is not there is then told as"
        " upstream_error, and full_list_every_s, which asks for ids to come, has to be left out.",
        {"it breaks at an unknown id": Manners(fails_at_unknown_ids=True)},
    ),
    Unknown(
        "In which words is an unknown id refused?",
        "Only the status is looked at.",
        {"in those of later frameworks": Manners(not_found="Session not found")},
    ),
    Unknown(
        "In which order are a row's fields?",
        "They are read by their names; the document's own samples differ.",
        {"the id is the last": Manners(has_id_last=True)},
    ),
    Unknown(
        "Will rows have the names that the vendor's administration of 2023 reads?",
        "started_at and stopped_at are read too, and no other field but the id is needed.",
        {"times have other names": Manners(renames_times=True)},
    ),
    Unknown(
        "Will the list come in pages, as that of listen events does since 2023?",
        "An envelope with everything in it is read. One that names a next page is told as schema,"
        " and never taken for everything.",
        {"an envelope with everything": Manners(has_envelope=True)},
    ),
    Unknown(
        "How many requests does the operator allow?",
        "The stock rate is a million a day. Beyond it the server says how long to wait, and a"
        " listing takes one request.",
        {"sixty a minute": Manners(most_a_minute=60)},
    ),
)

FACTS = Facts(calls=_CALLS, quirks=(*LIST, *ROWS, *DOOR, *CREATING), unknowns=_UNKNOWNS)
