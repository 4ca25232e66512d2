"""What no document tells of Cortex, or both ways."""

from adapters.simulators.cortex.manners import Manners
from adapters.simulators.facts import Unknown

_OF_ALL = (
    Unknown(
        "Do lists have an order, such as that of the samples, newest first?",
        "The whole list is sorted here, whatever order it comes in.",
        {
            "version_1_lists_newest_first": Manners(lists_newest_first=True),
            "version_2_lists_newest_first": Manners(dialect="v2", lists_newest_first=True),
        },
    ),
    Unknown(
        "Does authorize end the token that it gave before?",
        "If so the next call with the old one asks for a log-in, and is then made again.",
        {
            "version_1_keeps_one_token": Manners(keeps_one_token=True),
            "version_2_keeps_one_token": Manners(dialect="v2", keeps_one_token=True),
        },
    ),
    Unknown(
        "Does a start mean the session's, or that of its first recording?",
        "It is taken as it comes. Documents say both and samples the first: no manner of a "
        "simulator makes one of them right.",
    ),
    Unknown(
        "Do versions from 2 on work on several requests at once?",
        "They are given one at a time as well, so that it never shows.",
    ),
)

_OF_VERSION_1 = (
    Unknown(
        "Does a service carry out the query, which only one example shows?",
        "None is sent.",
        {"queries_are_ignored": Manners(ignores_query=True)},
    ),
    Unknown(
        "Are sessions of other owners listed?",
        "What is listed is shown; whose it is, each session says.",
        {"sessions_of_others_are_left_out": Manners(shows_other_owners=False)},
    ),
    Unknown(
        "Does authorize need a log-in, or is that anonymous work?",
        "A configured account is logged in first. Without one the vendor is asked: it works, or "
        "the backend fails with auth and says what lacks.",
        {"anybody_is_let_in": Manners(lets_anybody_in=True)},
    ),
    Unknown(
        "Is it an error to close a session that is closed?",
        "Both answers give the session as it is, with one more list where it is an error.",
        {"what_is_closed_is_closed_again": Manners(closes_again=True)},
    ),
)

_OF_LATER_VERSIONS = (
    Unknown(
        "Are the sessions of an application destroyed when it disconnects, whatever it does then?",
        "What is listed is shown, before and after.",
        {"sessions_outlive_connections": Manners(dialect="v2", outlives_connections=True)},
    ),
    Unknown(
        "Does an application see what it created over another connection?",
        "If not, the gateway shows what it has opened itself: the operator's notes say so.",
        {"connections_see_their_own_alone": Manners(dialect="v2", shows_other_connections=False)},
    ),
    Unknown(
        "Is the stop of an open session an empty text, or null?",
        "Both are read as no value.",
        {"stops_are_null": Manners(dialect="v2", has_null_stops=True)},
    ),
)

UNKNOWNS = (*_OF_ALL, *_OF_VERSION_1, *_OF_LATER_VERSIONS)
