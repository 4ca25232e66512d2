"""What is known of how Digital Samba lists sessions, and lets anybody do so."""

from adapters.simulators.facts import Quirk

_LIST = "List (Sessions)"
_OPENAPI = "OpenAPI document"
_PAGINATION = "Pagination"
_ERRORS = "API Error Reference"

KEYS_AND_LIMITS = (
    Quirk(
        "the_key_is_taken_in_three_forms",
        "The key comes as Basic with the team's id, as Bearer with both in base64, or alone.",
        "Authenticate to the API",
        "The option auth chooses; without it the form follows from whether there is a team_id.",
    ),
    Quirk(
        "too_many_calls_in_a_minute_are_refused",
        "Beyond 1000 calls a minute comes a 429 with the seconds to wait in retry-after.",
        "Rate limiting",
        "The backend is left alone for that long, and the error is told as rate_limited.",
    ),
)

PAGES = (
    Quirk(
        "a_page_holds_a_hundred_at_most",
        "The largest limit is 100, and so is the one without a word.",
        _PAGINATION,
        "Never more than a hundred are asked for.",
    ),
    Quirk(
        "the_newest_come_first_unless_asked_otherwise",
        "order is asc or desc, of when a session was made, and desc without a word.",
        _PAGINATION,
        "The order is always sent; only lists by start are left to the vendor.",
    ),
    Quirk(
        "a_page_goes_on_after_the_last_id_of_the_one_before",
        "after is the id of the last row of the page before, and no link to the next is given.",
        _PAGINATION,
        "Walks go by after; what begins meanwhile lies before them.",
    ),
    Quirk(
        "an_offset_shifts_when_sessions_begin",
        "offset skips rows of a list at whose front new sessions appear.",
        _PAGINATION,
        "No offset is ever sent.",
    ),
    Quirk(
        "after_is_called_a_room_by_one_document",
        "The description of after for sessions says that it is a room: copied from that of rooms.",
        _OPENAPI,
        "The id of a session is sent, as the page on pagination says of all lists.",
    ),
    Quirk(
        "the_last_page_is_not_marked",
        "A page has no sign that it is the last but that it is short, or empty.",
        _PAGINATION,
        "A short page ends a walk where the total is reached with it, an empty one always.",
    ),
    Quirk(
        "the_total_is_not_the_length_of_the_page",
        "total_count is the number of all sessions that happened.",
        _LIST,
        "It is told as the backend's total where nothing is filtered.",
    ),
    Quirk(
        "the_total_may_be_text",
        "total_count is a number in one document, and its digits as text in another.",
        _OPENAPI,
        "Both are read; what is neither is no total.",
    ),
    Quirk(
        "sessions_may_begin_in_the_same_second",
        "Times are told to the second, and the two rows of the sample began in one.",
        _LIST,
        "Within a second the gateway sorts by itself.",
    ),
)

FILTERS = (
    Quirk(
        "live_chooses_what_goes_on_or_what_has_ended",
        "live=true lists what has not ended, live=false what has.",
        _LIST,
        "A filter by one of the two statuses is sent, any other is applied by the gateway.",
    ),
    Quirk(
        "dates_are_days",
        "date_start and date_end are days; a time of day cannot be said.",
        _LIST,
        "Days further out are sent, and the gateway checks every start.",
    ),
    Quirk(
        "a_room_is_chosen_by_its_id",
        "room_id lists the sessions of one room; there is no filter by the id of a session.",
        _LIST,
        "The row of one session is looked for in its room, around its start.",
    ),
    Quirk(
        "what_cannot_be_read_is_refused_field_by_field",
        "A wrong parameter is a 422 with the texts of each field under errors.",
        _ERRORS,
        "It is told as protocol, since only valid parameters are sent; the texts are not repeated.",
    ),
)
