"""What is odd about reading a Canopsis server's sessions: its list, and its documents."""

from adapters.simulators.facts import Quirk

LIST = (
    Quirk(
        "everybodys_sessions_come_in_one_answer",
        "Whoever is let in is given the sessions of all users at once, with no total and no next"
        " page.",
        "final-06-list-filters.json",
        "Declared as a single page; the listing is kept for ttl_s and bounded in bytes, and the"
        " gateway's own keys decide who may see it.",
    ),
    Quirk(
        "page_parameters_are_ignored",
        "limit and offset stand in the document and change nothing.",
        "final-06-list-filters.json",
        "Never sent; pages are cut here.",
    ),
    Quirk(
        "time_filters_empty_the_list",
        "started_after and stopped_before compare a text with a number: whatever they say, no"
        " session is left.",
        "final-06-list-filters.json",
        "Never sent; times are compared here.",
    ),
    Quirk(
        "anything_but_true_asks_for_the_inactive",
        "active=True, active=1 and an empty active list those that are not active.",
        "final-06-list-filters.json",
        "Reading never sends active; a status is compared here.",
    ),
    Quirk(
        "of_two_values_of_active_the_last_counts",
        "active=true&active=false lists the inactive.",
        "final-06-list-filters.json",
        "Reading never sends active, and a write sends it once.",
    ),
    Quirk(
        "for_one_second_a_session_is_neither_active_nor_inactive",
        "300 seconds after its last ping a session is in neither of the two lists.",
        "final-07-activity-boundary.json",
        "All are read, and ended from that second on by the gateway's clock.",
    ),
    Quirk(
        "names_need_brackets",
        "usernames without brackets is ignored, so that everybody comes.",
        "final-06-list-filters.json",
        "Sent as usernames[], once for each name.",
    ),
    Quirk(
        "names_with_a_comma_are_one_name",
        "usernames[]=marie,jacques finds neither of them.",
        "final-06-list-filters.json",
        "Each name is a parameter of its own.",
    ),
    Quirk(
        "names_are_matched_letter_by_letter",
        "Neither MARIE nor mar finds marie.",
        "final-06-list-filters.json",
        "Pushed as exact, which is what a condition on a user means here.",
    ),
    Quirk(
        "an_empty_name_is_nobodys",
        "usernames[]= finds nobody.",
        "final-06-list-filters.json",
        "Sent where two conditions on users leave nobody, and to look for the dialect.",
    ),
    Quirk(
        "an_id_is_no_filter",
        "_id, as every unknown parameter, is ignored.",
        "final-06-list-filters.json",
        "Never sent; ids are compared here.",
    ),
    Quirk(
        "a_session_has_no_address_of_its_own",
        "There is nothing below the list.",
        "final-02-routing.json",
        "One session is found in the list.",
    ),
    Quirk(
        "a_slash_at_the_end_is_not_found",
        "The list with a slash behind it is 404.",
        "final-02-routing.json",
        "None is sent.",
    ),
    Quirk(
        "the_documented_address_of_the_list_is_not_found",
        "The document prints /api/v2/session-hide for the list; it is /api/v2/sessions.",
        "final-02-routing.json",
        "/api/v2/sessions is asked.",
    ),
    Quirk(
        "a_long_request_line_is_refused",
        "A request line of more than 4094 bytes is 400, whoever asks.",
        'gunicorn, "Settings", limit_request_line',
        "More users than fit are not pushed, and are compared here.",
    ),
    Quirk(
        "answers_say_that_anybody_may_keep_them",
        "Cache-Control of a list of everybody is public, no-cache.",
        "final-06-list-filters.json",
        "Not looked at: the listing is kept here, for ttl_s, and for its backend alone.",
    ),
)

DOCUMENTS = (
    Quirk(
        "times_are_seconds_since_1970",
        "All times and durations are whole seconds.",
        "final-06-list-filters.json",
        "Read as instants in UTC; durations that have no canonical place stay attributes.",
    ),
    Quirk(
        "nothing_says_that_a_session_has_ended",
        "A document has neither a status nor an end, and nothing ends it but silence.",
        "final-06-list-filters.json",
        "Active until active_window_s after the last ping, then ended at that ping; both inferred.",
    ),
    Quirk(
        "a_path_not_seen_yet_is_the_text_none",
        'last_visible_path is the text "None" until something was seen, and a list from then on.',
        "final-03-lifecycle.json",
        "It stays an attribute as it is.",
    ),
    Quirk(
        "views_and_their_tabs_are_counted_in_one_object",
        "tab_duration holds seconds for some views, and an object of seconds by tab for others.",
        "final-06-list-filters.json",
        "It stays an attribute as it is.",
    ),
    Quirk(
        "sessions_of_one_log_in_share_its_identity",
        "Who comes back after silence with the same cookie has another document with the same"
        " id_beaker_session, and the first remains for ever.",
        "final-03-lifecycle.json",
        "A session's id is _id, the only one that does not repeat.",
    ),
    Quirk(
        "an_identity_is_a_name_and_a_second",
        "id_beaker_session is base64 of the user's name and the second of the log-in.",
        "final-03-lifecycle.json",
        "The gateway finds its own session by it, from the Date of the log-in's answers.",
    ),
    Quirk(
        "a_path_that_is_a_text_is_kept_and_its_first_letter_counted",
        "The document shows a path as a text; it is stored, and time is counted to a view named [.",
        "final-05-bad-bodies.json",
        "Paths are sent as lists; whatever others have stored stays an attribute.",
    ),
)

LOG_IN = (
    Quirk(
        "errors_are_pages_of_html",
        "But for the log-in form and a missing session, errors are pages of HTML.",
        "final-01-auth.json",
        "Told by their status alone.",
    ),
    Quirk(
        "a_wrong_password_is_forbidden_and_a_wrong_key_is_not",
        "A wrong password or an unknown user is 403, a wrong key 401.",
        "final-01-auth.json",
        "Told as forbidden, and as auth.",
    ),
    Quirk(
        "another_scheme_breaks_the_server",
        "Authorization: Bearer is 500.",
        "final-01-auth.json",
        "Only Basic is sent.",
    ),
    Quirk(
        "the_key_of_a_disabled_account_lets_in",
        "The password of a disabled account is refused, and its key is not.",
        "final-01-auth.json",
        "Nothing to be done here: operators have to change the key.",
    ),
    Quirk(
        "only_a_key_in_the_address_begins_a_cookie_session",
        "A key in the header x-canopsis-authkey lets in and sets no cookie.",
        "final-01-auth.json",
        "Reading sends the header; a log-in that may write sends the key in one address.",
    ),
    Quirk(
        "a_key_in_a_header_is_another_log_in_each_second",
        "Without a cookie each second is another identity, and each write another session.",
        "final-08-key-per-request.json",
        "Writes are for who has a username, and go with the cookie of one log-in.",
    ),
    Quirk(
        "the_earlier_version_knows_no_key_in_a_header",
        "There the header is not looked at: 401.",
        "v2020-01-auth.json",
        "In that dialect, or where it is to be found out, the gateway logs in for a cookie.",
    ),
    Quirk(
        "the_earlier_version_refuses_a_key_with_each_request",
        "There each request with a key is another log-in, that has not begun a session: 400.",
        "v2020-08-key-per-request.json",
        "The gateway keeps the cookie of one log-in.",
    ),
    Quirk(
        "two_log_ins_within_a_second_are_one",
        "Log-ins of one user within one second share their session.",
        "final-09-same-user-twice.json",
        "Give the gateway an account of its own: nothing tells the two apart.",
    ),
    Quirk(
        "an_account_beyond_ascii_breaks_the_server",
        "Every call to sessions is 500 where the account's name has a letter beyond ASCII.",
        "final-10-non-ascii-user.json",
        "Told as upstream_error; where the name is configured, not to be tried again.",
    ),
    Quirk(
        "an_account_beyond_ascii_cannot_log_in_to_the_earlier_version",
        "There the log-in itself is 500, and leaves no cookie.",
        "v2020-10-non-ascii-user.json",
        "The same.",
    ),
)
