"""What is odd about reading a Roundware server's sessions: its list, its rows and its door."""

from adapters.simulators.facts import Quirk

SERVER = "roundware-server, develop 685a4d9"
"""The vendor's own program, where neither a document nor a recording shows what it does."""

LIST = (
    Quirk(
        "the_whole_table_comes_in_one_bare_array",
        "A list is every matching row in one JSON array, with no envelope, total or next page.",
        "list_unfiltered.json",
        "Declared as a single page; the listing is kept for ttl_s and bounded in bytes.",
    ),
    Quirk(
        "page_parameters_are_ignored",
        "limit, offset, paginate, page and page_size are accepted and change nothing.",
        "list_limit_offset_ignored.json",
        "Never sent; pages are cut here.",
    ),
    Quirk(
        "order_parameters_are_ignored",
        "ordering is accepted and changes nothing.",
        "list_ordering_ignored.json",
        "Never sent; the whole listing is sorted here.",
    ),
    Quirk(
        "rows_are_not_in_the_order_of_their_starts",
        "The list has no order of its own: row 2 started before row 1.",
        "list_unfiltered.json",
        "No order is declared, so the listing is sorted here by start and id.",
    ),
    Quirk(
        "time_filters_are_ignored",
        "starttime__gte and its like, which the vendor's own administration sends, change nothing.",
        "list_starttime_gte_ignored.json",
        "Never sent; times are compared here.",
    ),
    Quirk(
        "an_id_is_no_filter",
        "The parameter id is accepted and changes nothing.",
        "list_id_ignored.json",
        "One session is read at its own address.",
    ),
    Quirk(
        "an_invalid_filter_value_brings_the_whole_table",
        "A value that a filter cannot read, or an empty one, is dropped, and everything comes.",
        "list_project_id_not_a_number.json",
        "No filter is sent, and every condition is checked here.",
    ),
    Quirk(
        "true_with_a_capital_brings_the_whole_table",
        "geo_listen_enabled=True is no valid value: only true, false, 1 and 0 are.",
        "list_geo_capital_True.json",
        "No filter is sent, and every condition is checked here.",
    ),
    Quirk(
        "the_last_of_repeated_filters_counts",
        "Of project_id=1&project_id=2 only the second is looked at.",
        "list_project_id_repeated.json",
        "No filter is sent, and every condition is checked here.",
    ),
    Quirk(
        "a_filter_with_two_names_fails_in_two_ways",
        "project_id=99, of no project, lists nothing; project=99 is invalid, so everything comes.",
        "list_project_id_unknown.json",
        "No filter is sent, and every condition is checked here.",
    ),
    Quirk(
        "a_fraction_of_a_project_is_cut",
        "project_id=1.5 lists the sessions of project 1.",
        SERVER,
        "No filter is sent, and every condition is checked here.",
    ),
    Quirk(
        "filters_work_that_no_document_names",
        "client_type, device_id, timezone and others are exact filters in no document.",
        "list_client_type_undocumented.json",
        "Not relied on: no filter is sent.",
    ),
    Quirk(
        "a_language_is_filtered_by_its_exact_letters",
        "language=ES and language=en-US match nothing, and say so by an empty list.",
        "list_language_upper_case.json",
        "No filter is sent.",
    ),
    Quirk(
        "the_filters_of_the_document_contradict_each_other",
        "The document's example asks for language en and for language number 2, so it is empty.",
        "list_document_example.json",
        "No filter is sent.",
    ),
    Quirk(
        "a_token_reads_the_sessions_of_every_project",
        "Any valid token lists the sessions of all projects.",
        "list_geo_true.json",
        "What a caller may see is decided by the gateway's own keys.",
    ),
    Quirk(
        "nothing_tells_whether_the_list_has_changed",
        "A list has neither ETag nor Last-Modified, so it cannot be asked for conditionally.",
        "list_unfiltered.json",
        "Kept for ttl_s; with full_list_every_s new sessions are asked for by the ids that follow.",
    ),
    Quirk(
        "two_rows_belong_to_no_listener",
        "Sessions 1 and 2 come with every server: one for uploads by staff, and one for tests.",
        "list_unfiltered.json",
        "Shown as they are; their device tells them.",
    ),
)

ROWS = (
    Quirk(
        "session_times_are_utc_without_an_offset",
        "starttime and stoptime are UTC and do not say so, though the events of the same server"
        " are written in its own zone.",
        "get_session_with_events.json",
        "Read as UTC, whatever zone the server is in; events are not asked for.",
    ),
    Quirk(
        "a_fraction_of_zero_is_not_written",
        "A time on the whole second has no fraction, where every other has six digits.",
        "get_with_stoptime.json",
        "Both are read.",
    ),
    Quirk(
        "a_start_in_the_hour_that_clocks_skip_is_told_an_hour_later",
        "The database takes UTC for local time, so what falls into the hour that the server's"
        " clocks skip in spring comes back an hour later.",
        SERVER,
        "Read as it is told: a row does not show whether it is one of them.",
    ),
    Quirk(
        "no_stop_time_is_ever_written",
        "No version of the server ends a session, so stoptime is null even after years.",
        "get_by_id.json",
        "Active for active_window_s after the start and unknown from then, and so inferred.",
    ),
    Quirk(
        "any_stop_time_is_taken_even_one_before_the_start",
        "A new session may be told any stoptime, which is kept.",
        "post_read_only_fields.json",
        "One before the start is no end: it stays an attribute, and is reported as unreadable.",
    ),
    Quirk(
        "the_zone_in_a_row_is_the_clients_and_may_be_none",
        "timezone is what the client said of itself; only its shape is checked, so -8000 passes.",
        "post_bogus_offset_ok.json",
        "It stays an attribute, and no time is read by it.",
    ),
    Quirk(
        "a_session_names_no_user",
        "A row has a device, which may stand for many people, and no user.",
        "get_by_id.json",
        "The user is declared absent; the device is given as it is.",
    ),
    Quirk(
        "a_language_may_be_null",
        "A row's language is null once the language was deleted.",
        "get_language_null.json",
        "language_id stays an attribute, null or not.",
    ),
    Quirk(
        "a_user_agent_is_cut_at_127_characters",
        "The web client's client_system is cut at 127 characters, maybe within a word.",
        "list_geo_true.json",
        "No version is read of it, and it stays an attribute.",
    ),
    Quirk(
        "a_client_may_not_say_what_it_is",
        "client_type and client_system may both be null.",
        "list_unfiltered.json",
        "Such a session has no client.",
    ),
)

DOOR = (
    Quirk(
        "a_missing_slash_is_redirected",
        "An address without its last slash is answered with 301, a relative Location and no body.",
        "list_no_trailing_slash_301.json",
        "Every request has the slash, and a redirect is followed nowhere.",
    ),
    Quirk(
        "an_id_that_is_no_number_breaks_the_server",
        "Such an id, or one too large for its column, is answered with 500 and a page of HTML.",
        "get_id_not_a_number_500.json",
        "Such an id is never sent: no session has it.",
    ),
    Quirk(
        "an_unknown_path_is_a_page_of_html",
        "What lies outside the API is 404 in HTML, even for those who want JSON.",
        "get_unknown_path_404_html.json",
        "Told by its status, as a wrong url in the configuration.",
    ),
    Quirk(
        "the_scheme_is_read_in_any_letters",
        "The document writes token before the token, servers say Token: both let in.",
        "sessions/",
        "Token is sent.",
    ),
    Quirk(
        "another_scheme_reads_as_no_credentials",
        "Bearer with a good token is refused as if nothing had been given.",
        "list_bearer_401.json",
        "Token is sent.",
    ),
    Quirk(
        "a_wrong_token_is_never_forbidden",
        "Whatever is wrong with the credentials, the answer is 401 and never 403.",
        "list_bad_token_401.json",
        "Told as auth.",
    ),
    Quirk(
        "too_many_requests_say_how_long_to_wait",
        "Beyond the operator's rate the answer is 429 with the seconds to wait in Retry-After.",
        "throttled_429.json",
        "Told as rate_limited with those seconds, and the backend pauses for them.",
    ),
    Quirk(
        "who_shows_no_token_is_refused_before_the_limit",
        "Where the rate is used up, a request without a token is still 401.",
        "throttled_unauthenticated_401.json",
        "Told as auth.",
    ),
    Quirk(
        "no_other_form_than_json_or_a_page_is_spoken",
        "Who wants anything else is refused with 406.",
        "list_not_acceptable_406.json",
        "JSON is asked for with every request.",
    ),
    Quirk(
        "a_browser_is_answered_with_a_page",
        "The same address shows HTML to who prefers it.",
        "options_list.json",
        "JSON is asked for with every request; a page that comes anyway is told as bad_payload.",
    ),
    Quirk(
        "sessions_cannot_be_changed_or_deleted",
        "PATCH, PUT and DELETE are refused with 405, even to staff.",
        "patch_session_405.json",
        "Only creating is declared, and a client that wants more is refused here.",
    ),
)
