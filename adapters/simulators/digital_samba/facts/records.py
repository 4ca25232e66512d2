"""What is known of what Digital Samba tells of a session, and of ending one."""

from adapters.simulators.facts import Quirk

_LIST = "List (Sessions)"
_END = "End (Sessions)"
_OPENAPI = "OpenAPI document"
_ERRORS = "API Error Reference"

TIMES = (
    Quirk(
        "times_of_a_list_have_no_zone",
        "Rows have times such as 2024-03-27 08:15:36.",
        _LIST,
        "They are read as UTC, which every time with a zone is in.",
    ),
    Quirk(
        "times_of_a_list_have_microseconds_in_one_document",
        "Rows have times such as 2024-03-21T05:09:31.000000Z.",
        _OPENAPI,
        "Each form is read.",
    ),
    Quirk(
        "times_of_one_session_end_in_z",
        "One session alone has times such as 2024-03-22T09:18:49Z.",
        _LIST,
        "Each form is read.",
    ),
    Quirk(
        "a_live_row_has_no_end",
        "The row of a session that goes on lacks end_time.",
        _LIST,
        "A session that is live has no end.",
    ),
    Quirk(
        "a_live_row_may_have_an_end_for_all_that",
        "The sample of a row is live and has an end_time.",
        _OPENAPI,
        "live is believed, and the end kept as an attribute.",
    ),
    Quirk(
        "a_duration_is_in_minutes_cut_off",
        "session_duration of a session of 15 minutes and 45 seconds is 15.",
        _LIST,
        "The duration is that between the times; session_duration stays an attribute.",
    ),
)

RECORDS = (
    Quirk(
        "one_session_alone_has_other_names",
        "What a row calls start_time or live is session_start_time or session_live in statistics.",
        _LIST,
        "Both names are read into the same fields.",
    ),
    Quirk(
        "one_session_alone_has_two_ids",
        "Statistics have an id, which was asked for, and a session_id that differs.",
        _LIST,
        "id names the session; the other stays an attribute.",
    ),
    Quirk(
        "one_session_alone_may_have_no_id",
        "Statistics have a session_id and no id.",
        _OPENAPI,
        "Without an id, session_id is it.",
    ),
    Quirk(
        "one_session_alone_lacks_what_its_row_tells",
        "Statistics have neither the room's external id nor its description.",
        _LIST,
        "The row is asked for too, and both are joined.",
    ),
    Quirk(
        "the_room_may_have_no_description",
        "room_external_id and description are null in both rows of the sample.",
        _LIST,
        "Every field but the id may be missing.",
    ),
    Quirk(
        "a_row_may_lack_who_is_inside",
        "participants_live need not be there.",
        _OPENAPI,
        "The number of those inside is then not told; the others are.",
    ),
    Quirk(
        "an_empty_room_keeps_its_session_alive",
        "A session ends five minutes after the last has left: until then it is live, with nobody.",
        "Rooms",
        "It is active, with no participants.",
    ),
    Quirk(
        "sessions_outlive_their_room",
        "A row stays when its room is deleted, and says so in room_is_deleted.",
        _LIST,
        "It is listed as any other, and the word kept as an attribute.",
    ),
    Quirk(
        "rows_name_nobody",
        "A row has numbers of participants, and no user, client or device.",
        _LIST,
        "Filters by them are answered with nothing, without asking.",
    ),
)

WRITES = (
    Quirk(
        "a_session_begins_by_itself",
        "A session starts when somebody enters an empty room; there is no call for it.",
        "Rooms",
        "Creating is not offered.",
    ),
    Quirk(
        "an_end_answers_with_nothing",
        "Ending a session answers 200 without a body.",
        _END,
        "The session is read once more to tell what became of it.",
    ),
    Quirk(
        "a_sample_ends_by_get",
        "The cURL sample sends a GET; the text beside it, and the Java sample, a POST.",
        _END,
        "A POST is sent.",
    ),
    Quirk(
        "an_end_leaves_the_session_in_the_list",
        "What was ended is listed with its end: no call removes a session.",
        _OPENAPI,
        "Deleting is not offered.",
    ),
    Quirk(
        "what_has_ended_refuses_to_end",
        "Ending a session that has ended is a 409.",
        _ERRORS,
        "The session is looked at: if it has ended, the end is done.",
    ),
    Quirk(
        "an_unknown_session_is_not_found",
        "An unknown id is a 404 with a message and the error not-found.",
        _OPENAPI,
        "There is no such session, for reading as for ending.",
    ),
)
