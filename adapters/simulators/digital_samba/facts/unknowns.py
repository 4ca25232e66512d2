"""What is not known of Digital Samba, and the ways it may turn out to be."""

from datetime import timedelta, timezone

from adapters.simulators.digital_samba.manners import Manners
from adapters.simulators.facts import Unknown

UNKNOWNS = (
    Unknown(
        "Which of the two printed forms of records is sent?",
        "Both are read.",
        {"records_are_as_in_the_openapi_document": Manners(form="openapi")},
    ),
    Unknown(
        "Is the end of a live row missing, or null as the sample's comment has it?",
        "Either is no end.",
        {"the_end_of_a_live_row_is_null": Manners(live_end="null")},
    ),
    Unknown(
        "Which fields may be missing where they are null?",
        "Every field but the id may.",
        {
            "nulls_are_left_out": Manners(omits_nulls=True),
            "nulls_are_left_out_of_the_openapi_form": Manners(form="openapi", omits_nulls=True),
        },
    ),
    Unknown(
        "Is a limit over a hundred refused, or taken for a hundred?",
        "None is sent.",
        {"large_limits_are_refused": Manners(refuses_large_limits=True)},
    ),
    Unknown(
        "May a page hold less than was asked for though more is to come?",
        "A short page ends a walk only if the total is reached with it.",
        {
            "pages_are_capped_at_seven": Manners(largest_page=7),
            "pages_are_capped_and_totals_are_of_everything": Manners(
                largest_page=7, total_is_filtered=False
            ),
        },
    ),
    Unknown(
        "What is said to a place behind a session that is not known?",
        "A refusal starts the walk over; a first page instead brings nothing that is not checked.",
        {
            "an_unknown_place_is_400": Manners(unknown_after=400),
            "an_unknown_place_is_422": Manners(unknown_after=422),
            "an_unknown_place_is_the_first_page": Manners(unknown_after="first_page"),
        },
    ),
    Unknown(
        "In which zone are the days of date_start and date_end, and does the last one count?",
        "The day before and the second day behind are sent, which is enough in every zone.",
        {
            "days_are_those_of_the_far_east": Manners(day_zone=timezone(timedelta(hours=14))),
            "days_are_those_of_the_far_west": Manners(day_zone=timezone(-timedelta(hours=12))),
            "the_last_day_does_not_count": Manners(last_day_counts=False),
        },
    ),
    Unknown(
        "Do the days choose by the start of a session, or by any time it went on?",
        "What overlaps them holds all that started in them, and the gateway checks every start.",
        {"days_choose_by_overlap": Manners(dates_of="overlap")},
    ),
    Unknown(
        "Does the total count what is filtered for, or everything?",
        "It is not told where anything is filtered, and ends no walk too early either way.",
        {"the_total_is_of_everything": Manners(total_is_filtered=False)},
    ),
    Unknown(
        "Is a caller that does not accept JSON answered with a page to log in?",
        "JSON is asked for with every call.",
        {"browsers_are_redirected": Manners(redirects_browsers=True)},
    ),
    Unknown(
        "What is said to ending a session that has ended? Only one guide tells, of 409.",
        "Whatever may mean it, the session is looked at.",
        {
            "an_ended_session_is_404_to_end": Manners(ended_already=404),
            "an_ended_session_is_422_to_end": Manners(ended_already=422),
            "an_ended_session_may_be_ended_again": Manners(ended_already=None),
        },
    ),
    Unknown(
        "Is the status of an end always 200? The vendor's own client takes a 204 too.",
        "Any good status is an end.",
        {"an_end_is_204": Manners(end_status=204)},
    ),
    Unknown(
        "In which zone are times without one?",
        "In UTC, as all that have one. No switch can show it: no answer would tell the difference.",
    ),
    Unknown(
        "What do participants_max and active_participants count?",
        "The most at once, and those who took part: so the samples, where the one is never more"
        " than the other. Only words are at stake, so there is nothing to switch.",
    ),
    Unknown(
        "Do sessions that are listed by their making come in the order of their starts?",
        "A session is made when the first enters. A row out of order would be left out of its"
        " page, and the answer said to lack it; there is no such list to read right.",
    ),
    Unknown(
        "Is the limit on calls one for each key, team or address?",
        "The backend waits as long as it is told. Of the three a simulator has one.",
    ),
)
