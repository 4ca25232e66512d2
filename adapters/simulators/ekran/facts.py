"""What is known of the session API of Ekran System, and what its documents leave open."""

from adapters.simulators.ekran.manners import Manners
from adapters.simulators.facts import Call, Facts, Quirk, Unknown

_GET = "4.1.2. Sessions (Get) Endpoint"
_POST = "4.1.3. Sessions (Post) Endpoint"
_PRODUCTIVITY = "4.1.7. User Productivity (Get) Endpoint"
_KEY = "4.1.9. Endpoint Access Control Access Requests (Get) Endpoint"
_WINDOWS = "Monitoring Windows Clients"

_CALLS = (Call("POST /sessions", "Lists the sessions of a window of time, page by page."),)

_ASKING = (
    Quirk(
        "a_list_is_asked_for_by_post",
        "Sessions with their durations are listed by POST; a GET is another call.",
        _POST,
        "It is sent as POST, and is a read for all that: nothing of it is told as a write.",
    ),
    Quirk(
        "a_saas_has_no_such_api",
        "The API is not there in the product as a service.",
        _POST,
        "A 404 is told as config: the address leads to no API.",
    ),
    Quirk(
        "the_key_is_sent_as_it_is",
        "The key is the header ApiKey, in no encoding, and full of punctuation.",
        _KEY,
        "It is sent letter by letter, and refused where it would not fit one line.",
    ),
    Quirk(
        "no_session_is_asked_for_alone",
        "There is no call for one session, and none that changes anything.",
        _POST,
        "One session is looked for in the list; no write is offered.",
    ),
    Quirk(
        "nothing_but_a_window_chooses",
        "A request has a window, a page and its size: no filter and no order besides.",
        _POST,
        "Everything else is filtered and sorted by the gateway.",
    ),
)

_PAGES = (
    Quirk(
        "more_than_a_thousand_are_refused",
        "A sessionCount over 1000 is a 400.",
        _POST,
        "Never more than 999 are asked for.",
    ),
    Quirk(
        "a_thousand_come_unasked",
        "Without a sessionCount a thousand come, which is also the most.",
        _POST,
        "999 are asked for: a page of a thousand shows that the parameters were not heard.",
    ),
    Quirk(
        "pages_are_counted_from_zero",
        "pageIndex is any number from 0 upwards.",
        _POST,
        "The first page asked for is 0.",
    ),
)

_WINDOW = (
    Quirk(
        "without_bounds_everything_comes",
        "Without start and end, all sessions in the database are in the answer.",
        _POST,
        "It is read in windows, but for a first request that shows how many there are.",
    ),
    Quirk(
        "a_window_chooses_by_overlap",
        "start chooses what started or finished after it, end what started before it.",
        _POST,
        "The start of every session is checked again by the gateway.",
    ),
    Quirk(
        "a_start_before_the_window_is_shown_inside_it",
        "A session that began before start is shown to begin with its first activity after it.",
        _POST,
        "Windows are 26 hours wider than what is asked for, so no match is shown like that.",
    ),
    Quirk(
        "an_end_behind_the_window_is_shown_inside_it",
        "A session that went on behind end is shown to end with its last activity before it.",
        _POST,
        "Windows are 26 hours wider than what is asked for, so no match is shown like that.",
    ),
    Quirk(
        "what_goes_on_looks_finished_in_a_window_with_an_end",
        "The last activity before end is the end of a live session too.",
        _POST,
        "An end within the last 26 hours is not sent, and would leave nothing out.",
    ),
    Quirk(
        "the_same_session_has_other_times_in_another_window",
        "Times are a function of the window, and the id stays the same.",
        _POST,
        "A session counts only in the window in which it starts, where its times are its own.",
    ),
    Quirk(
        "bounds_have_no_zone",
        "start and end are a day, or a time of it to the minute or second, and nothing else.",
        _POST,
        "They are sent to the second in the server's zone, which is the option timezone.",
    ),
)

_ROWS = (
    Quirk(
        "midnight_ends_every_session",
        "At midnight every session is ended and another begun, so none outlasts a day.",
        _WINDOWS,
        "Each is a session of its own; that none is longer is what bounds the windows.",
    ),
    Quirk(
        "nothing_says_whether_a_session_goes_on",
        "There are a login and a logout, and no field for a status.",
        _GET,
        "A session without a logout is active, any other ended; the status is told as inferred.",
    ),
    Quirk(
        "ids_are_small_numbers",
        "sessionId and userId are whole numbers that each server counts by itself.",
        _GET,
        "They are told as text, the first behind the name of the backend.",
    ),
    Quirk(
        "a_client_guid_is_no_guid",
        "The clientGuid of the sample has letters that no GUID has.",
        _GET,
        "It is taken for a word.",
    ),
    Quirk(
        "durations_are_dotnet_time_spans",
        "A duration is written 20:20:40.0020000; .NET puts days in front, and no fraction of 0.",
        _POST,
        "It is read as such, with days and a fraction or without.",
    ),
    Quirk(
        "offsets_differ_within_one_answer",
        "The two dates of one sample are at +05:00 and at +03:00.",
        _PRODUCTIVITY,
        "Every date is read with its own offset.",
    ),
)

_UNKNOWNS = (
    Unknown(
        "Do the parameters go into the body or into the query?",
        "The option parameters_in says; a server that does not hear them is told as config.",
        {"parameters_are_in_the_query": Manners(parameters_in="query")},
    ),
    Unknown(
        "Does a server ask for a key? Older documents have no word of one.",
        "The key may be left out of the configuration, and one that is not asked for is no harm.",
        {"no_key_is_asked_for": Manners(needs_key=False)},
    ),
    Unknown(
        "Does the case of letters in the path matter?",
        "The path is sent as documented.",
        {"the_path_is_known_as_documented_alone": Manners(minds_case=True)},
    ),
    Unknown(
        "May a page hold less than was asked for though more is to come?",
        "The total tells; the pages behind a short first one are asked for in its size, so that"
        " it does not matter by which size they are counted.",
        {
            "pages_are_capped_at_seven": Manners(largest_page=7),
            "pages_are_capped_and_counted_as_asked_for": Manners(
                largest_page=7, pages_count_as="asked"
            ),
        },
    ),
    Unknown(
        "Does totalCount count all that matches, or the rows of the page?",
        "A full first page is never the last for it, and what may be the rows of one page of"
        " several is not told.",
        {"the_total_is_of_the_page": Manners(total_is_of_page=True)},
    ),
    Unknown(
        "What comes behind the last page?",
        "It is asked for only where the total does not tell, and then an empty page ends the list.",
        {"pages_beyond_the_last_are_refused": Manners(refuses_pages_beyond=True)},
    ),
    Unknown(
        "In what order are sessions listed, and does it hold from page to page?",
        "None is relied on: a window is read whole and sorted, and read again where the total"
        " shrinks meanwhile.",
        {"the_newest_come_first": Manners(order="newest_first")},
    ),
    Unknown(
        "Do the bounds of a window belong to it?",
        "It is wider than what is asked for by more than that.",
        {"bounds_belong_to_the_window": Manners(bounds_count=True)},
    ),
    Unknown(
        "Is a session chosen that began before the window and ended behind it?",
        "No match is one: it begins inside.",
        {"what_spans_the_window_is_left_out": Manners(leaves_out_spanning=True)},
    ),
    Unknown(
        "In which zone are the bounds?",
        "In that of the server, as far as can be seen: it is the option timezone.",
        {
            "the_server_is_in_newfoundland": Manners(timezone="America/St_Johns"),
            "the_server_is_in_utc": Manners(timezone="UTC"),
        },
    ),
    Unknown(
        "Which of two is meant by a local time that occurs twice?",
        "Windows are an hour wider than the longest day.",
        {"a_repeated_hour_is_the_first": Manners(repeated_hour="first")},
    ),
    Unknown(
        "What is a date alone as an end, its beginning or its end?",
        "None is sent: bounds are to the second. So nothing can show it.",
    ),
    Unknown(
        "Are durations those of the window, or of the whole session?",
        "No match is clipped by its window, so both are the same.",
        {"durations_are_of_whole_sessions": Manners(clips_durations=False)},
    ),
    Unknown(
        "How is the logout of a session written that goes on?",
        "Null, missing, empty and the date that .NET has for none are all no logout.",
        {
            "the_logout_is_missing": Manners(live_logout="missing"),
            "the_logout_is_empty": Manners(live_logout="empty"),
            "the_logout_is_the_first_of_all_dates": Manners(live_logout="minimum"),
        },
    ),
    Unknown(
        "What are the nine fields of a session called? One is documented, and a neighbouring call"
        " names five.",
        "Names are read in upper or lower case, and what is not known is kept as an attribute.",
        {
            "names_begin_with_a_capital": Manners(names="pascal"),
            "users_and_computers_have_names": Manners(names_people=True),
        },
    ),
    Unknown(
        "May dates come without an offset?",
        "They are then read in the server's zone.",
        {"dates_have_no_offset": Manners(has_offsets=False)},
    ),
    Unknown(
        "Whose midnight ends a session, the server's or the client's?",
        "Only that no session is longer than from one midnight to the next is relied on.",
        {"midnights_are_those_of_the_clients": Manners(midnights_of="client")},
    ),
    Unknown(
        "What does a sessionCount of 0 bring?",
        "It is never sent. So nothing can show it.",
    ),
    Unknown(
        "What do refusals look like, other than the 400 for too large a page?",
        "Nothing is read of one but its status and how long to wait. Whatever else it holds makes"
        " no difference.",
    ),
    Unknown(
        "How many requests does a server bear at once?",
        "Two at a time are sent: the product's dashboards take half a minute over large data."
        " A simulator bears any number.",
    ),
)

FACTS = Facts(
    calls=_CALLS,
    quirks=(*_ASKING, *_PAGES, *_WINDOW, *_ROWS),
    unknowns=_UNKNOWNS,
)
