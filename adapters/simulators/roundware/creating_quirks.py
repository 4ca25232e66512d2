"""What is odd about creating a session at a Roundware server."""

from adapters.simulators.facts import Quirk
from adapters.simulators.roundware.reading_quirks import SERVER

CREATING = (
    Quirk(
        "a_new_session_is_answered_with_200",
        "Creating answers 200 and the row, with neither 201 nor a Location.",
        "post_documented_ok.json",
        "The row in the reply is the new session.",
    ),
    Quirk(
        "a_new_session_without_the_slash_is_none",
        "A POST without the last slash is redirected; who follows gets the list, with 200.",
        "post_no_trailing_slash_301.json",
        "The slash is sent, no redirect is followed, and a list is not taken for a session.",
    ),
    Quirk(
        "the_same_twice_makes_two",
        "Nothing in a request or a reply tells a repeated session from a second one.",
        "post_minimal_ok.json",
        "Sent once and never again; what became of a broken request is told as unknown.",
    ),
    Quirk(
        "start_device_and_id_are_not_the_clients_to_say",
        "starttime, device_id and id in a body are ignored, as is any name that is not known.",
        "post_read_only_fields.json",
        "They are no fields of the operation, so the gateway refuses them.",
    ),
    Quirk(
        "the_project_supplies_what_is_not_said",
        "Without geo_listen_enabled the session has the project's own setting.",
        "post_project_default_geo_ok.json",
        "What a caller leaves out is left out.",
    ),
    Quirk(
        "an_unknown_language_becomes_the_first",
        "Of a code that it does not know the server makes its first language, without a word.",
        "post_unknown_language_ok.json",
        "Codes are looked up first and sent as numbers; an unknown one is the caller's mistake.",
    ),
    Quirk(
        "the_region_of_a_language_is_cut",
        "Of es-MX the server makes es.",
        "post_long_language_ok.json",
        "A code that the server does not list is refused here.",
    ),
    Quirk(
        "an_unknown_language_number_is_refused",
        "Other than a code, a number that is not known is refused with 400.",
        "post_unknown_language_id_400.json",
        "Languages are sent as numbers, so that one deleted meanwhile is not taken for another.",
    ),
    Quirk(
        "faults_bear_the_names_of_the_servers_model",
        "Fields at fault are named project and language, as no request names them.",
        "post_unknown_project_geo_given_400.json",
        "Translated to the names that the caller used.",
    ),
    Quirk(
        "an_unknown_project_breaks_the_server",
        "It looks up the project's setting first, and answers 500 where there is no such project.",
        "post_unknown_project_500.json",
        "The projects are asked for then: a project that is not there is the caller's mistake, and"
        " any other 500 has an unknown outcome.",
    ),
    Quirk(
        "a_missing_project_breaks_the_server",
        "So does a body without a project.",
        "post_empty_object_500.json",
        "The project is a required field, and has to be a whole number.",
    ),
    Quirk(
        "null_is_not_the_same_as_nothing",
        "A language that is null breaks the server; a setting that is null is refused.",
        "post_null_language_500.json",
        "What is null is left out.",
    ),
    Quirk(
        "a_form_breaks_the_server",
        "The server says that it reads forms, and answers one with 500.",
        "post_form_encoded_500.json",
        "JSON is sent, and named as such.",
    ),
    Quirk(
        "a_zone_of_another_shape_is_refused",
        "timezone has to be four digits, with a sign or without.",
        "post_bad_timezone_400.json",
        "Told as the caller's mistake in attributes.timezone.",
    ),
    Quirk(
        "a_long_text_is_refused_with_all_else_that_is_wrong",
        "A text longer than its column is 400, and one reply names every field at fault.",
        "post_many_errors_400.json",
        "The first that the caller gave is named.",
    ),
    Quirk(
        "an_account_with_a_long_device_cannot_begin_a_session",
        "A session's device is that of the token's account, which may be longer than a session's.",
        SERVER,
        "Told as protocol, and never as the caller's mistake: another token is needed.",
    ),
)
