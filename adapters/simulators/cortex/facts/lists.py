"""What is odd about which sessions Cortex lists."""

from adapters.simulators.facts import Quirk

LISTS = (
    Quirk(
        "a_required_query_may_be_left_out",
        "The table says that query is required, and the first example is without it.",
        "Cortex API v1, querySessions",
        "It is left out: the whole list is what is wanted.",
    ),
    Quirk(
        "a_status_in_a_query_is_one_native_word",
        "Of the filters promised one is shown, equality of status, and active is two words of it.",
        "Cortex API v1, querySessions",
        "Nothing is pushed: every condition is checked here.",
    ),
    Quirk(
        "version_2_takes_no_query",
        "There is no parameter but the token, and what else is sent changes nothing.",
        "Cortex API, querySessions",
        "Nothing is pushed: every condition is checked here.",
    ),
    Quirk(
        "there_is_no_order",
        "The list comes in no order that is promised, and cannot be asked for in one.",
        "Cortex API v1, querySessions",
        "The whole list is sorted here.",
    ),
    Quirk(
        "only_open_sessions_are_listed_from_version_2_on",
        "Sessions live in memory: what is closed is destroyed, and listed no more.",
        "Cortex API, querySessions",
        "With remember_closed what is gone stays as ended; without, it is shown no more.",
    ),
    Quirk(
        "an_application_sees_its_own_sessions_alone",
        "The list is of the calling application, whoever else has sessions open.",
        "Cortex API, querySessions",
        "The gateway works with the client_id of the application whose sessions it is to show.",
    ),
    Quirk(
        "sessions_end_with_the_connection_that_made_them",
        "When an application disconnects its sessions are closed, and so destroyed.",
        "Cortex API, Sessions",
        "The connection is held open as long as the gateway runs; the next call opens it again.",
    ),
    Quirk(
        "a_headset_that_is_lost_ends_its_session",
        "After 30 seconds without data three warnings are pushed, and the session is destroyed.",
        "Cortex API, Warning Objects",
        "Warnings are passed over; the next list lacks the session.",
    ),
    Quirk(
        "a_session_that_nobody_closes_stays_open",
        "A session is closed by a call or by the loss of its headset, not by time.",
        "Cortex API v1, Session lifecycle",
        "It is active as long as the vendor says so, however old it is.",
    ),
)
