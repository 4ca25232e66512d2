"""What is odd about a session of one's own at a Canopsis server."""

from adapters.simulators.facts import Quirk

BEGINNING = (
    Quirk(
        "a_session_is_begun_by_a_get",
        "The document says POST, which is 405.",
        "final-02-routing.json",
        "Sent as GET, once and never again.",
    ),
    Quirk(
        "beginning_twice_changes_nothing",
        "Where a session is active the start says the same, and names no session either time.",
        "final-03-lifecycle.json",
        "What is active is read before and after, which tells a new session from the old.",
    ),
    Quirk(
        "the_earlier_version_lists_nothing_to_who_has_not_begun",
        'There the list is 400 "Session Not Valid" to who has no active session.',
        "v2020-04-keepalive-without-start.json",
        "The gateway begins one there, which shows in the list.",
    ),
    Quirk(
        "the_earlier_version_refuses_a_keepalive_before_a_start",
        "There it is 400, and begins nothing.",
        "v2020-04-keepalive-without-start.json",
        "Told as not_own_session.",
    ),
    Quirk(
        "a_keepalive_without_a_session_begins_one",
        "In the later version every sign of life of who has no active session begins one.",
        "final-04-keepalive-without-start.json",
        "The session must be active just before; if another has begun all the same, the outcome is"
        " unknown.",
    ),
    Quirk(
        "after_silence_the_next_sign_of_life_begins_another",
        "A session that was silent for 300 seconds does not go on: the next has a new id.",
        "final-03-lifecycle.json",
        "A write to one that fell silent is refused as not_own_session, and not sent.",
    ),
    Quirk(
        "the_earlier_version_wants_a_start_after_silence",
        "There nothing but a start is answered after silence, though the cookie is good.",
        "v2020-03-lifecycle.json",
        "The gateway logs in again, which begins another session.",
    ),
    Quirk(
        "a_sign_of_life_reaches_the_callers_own_session_alone",
        "No call names a session: each log-in moves its own.",
        "final-09-same-user-twice.json",
        "The id of any other session is refused as not_own_session.",
    ),
)

SIGNS_OF_LIFE = (
    Quirk(
        "the_documented_name_of_navigation_is_not_found",
        "The document calls it session-hide, which is 404.",
        "final-02-routing.json",
        "Called by the name of its dialect.",
    ),
    Quirk(
        "navigation_has_another_name_in_each_version",
        "It is session_tracepath in the later version and session_hide in the earlier; the other"
        " name is 404.",
        "v2020-02-routing.json",
        "Called by the name of its dialect.",
    ),
    Quirk(
        "navigation_answers_nothing",
        "Its answer is 200, empty, and called HTML.",
        "final-02-routing.json",
        "Only the status is looked at; the session is read afterwards.",
    ),
    Quirk(
        "navigation_hides_nothing",
        "It counts as a visible keepalive does.",
        "final-03-lifecycle.json",
        "hide needs a path, and the session stays active.",
    ),
    Quirk(
        "time_is_counted_to_the_page_that_is_named",
        "The time since the last ping goes to the page now named, and not to the one left.",
        "final-03-lifecycle.json",
        "Left as it is: a caller who hid something in between says so first.",
    ),
    Quirk(
        "a_hidden_keepalive_moves_the_last_ping_alone",
        "No duration changes then, and the path is not looked at, even if it is null.",
        "final-05-bad-bodies.json",
        "A keepalive that names no path is sent as hidden.",
    ),
    Quirk(
        "a_path_comes_back_as_paths",
        "A keepalive is answered with what it said and the time, but with no session.",
        "final-03-lifecycle.json",
        "Only the status is looked at; the session is read afterwards.",
    ),
    Quirk(
        "a_view_counted_by_tab_breaks_as_a_whole",
        "A path of the view alone is 500 then, and nothing is written.",
        "final-03-lifecycle.json",
        "Refused for its missing tab, by what the list shows just before.",
    ),
    Quirk(
        "a_page_counted_as_a_whole_loses_its_tabs",
        "A path with a tab is counted to the whole page then.",
        "final-03-lifecycle.json",
        "Left as it is.",
    ),
)

BODIES = (
    Quirk(
        "the_documents_own_sample_breaks_the_server",
        "The body that the document prints lacks a comma: 500.",
        "final-05-bad-bodies.json",
        "Bodies are written by a JSON encoder.",
    ),
    Quirk(
        "a_missing_field_breaks_the_server",
        "So does a body without a path or without visible, and an empty path where it counts.",
        "final-05-bad-bodies.json",
        "Both are always sent; a path that is missing or empty is refused here.",
    ),
    Quirk(
        "the_text_false_is_true",
        "Any text is a visible keepalive.",
        "final-05-bad-bodies.json",
        "visible is a boolean, which the gateway checks.",
    ),
    Quirk(
        "a_path_of_three_breaks_the_server",
        "A path has one part or two; a third is 500 on a view that is counted by tab.",
        "final-05-bad-bodies.json",
        "There are two fields, path and tab.",
    ),
    Quirk(
        "a_name_with_dots_breaks_when_half_is_done",
        "The answer is 500, but path, pings and visible_duration are stored.",
        "final-05-bad-bodies.json",
        "Told as an unknown outcome, as is every 5xx to a write.",
    ),
)
