"""What is odd about the session objects of Cortex."""

from adapters.simulators.facts import Quirk

_TIMES = (
    Quirk(
        "what_is_not_yet_is_an_empty_text",
        "The stop of a session that goes on is an empty text, neither null nor absent.",
        "Cortex API v1, Session Object",
        "An empty text is read as no value.",
    ),
    Quirk(
        "an_imported_session_has_no_times",
        "A session that was made of a file is closed, and has neither start nor stop.",
        "Cortex API v1, setupLocalFile",
        "Its start is null: it sorts last, and no filter by time finds it.",
    ),
    Quirk(
        "instants_come_in_three_precisions",
        "Instants are written in seconds, milliseconds or microseconds.",
        "Cortex API, Session object",
        "All are read; what is not told is zero.",
    ),
    Quirk(
        "instants_have_the_offset_of_the_machine",
        "Early instants are in UTC, later ones have the offset of the machine.",
        "Cortex API v1, Session Object",
        "Each is converted by its own offset; one without any would be unreadable.",
    ),
    Quirk(
        "there_is_no_duration",
        "No session tells how long it took.",
        "Cortex API v1, Session Object",
        "The duration of an ended session is its stop less its start.",
    ),
)

_FORMS = (
    Quirk(
        "two_generations_share_one_array",
        "One list mixes the session objects of early 2017 with later ones, which have more fields.",
        "Cortex API v1, querySessions",
        "Every field is optional but the id.",
    ),
    Quirk(
        "a_headset_is_a_text_or_an_object",
        "Early sessions have the id of the headset, later ones an object.",
        "Cortex API v1, Session Object",
        "Both name the device; the object stays among the attributes.",
    ),
    Quirk(
        "a_headset_has_its_name_in_one_of_two_fields",
        "The name that a person gave a headset is its label, later its customName.",
        "Cortex API, Headset object",
        "Whichever is there names the device.",
    ),
    Quirk(
        "recording_has_four_forms",
        "Whether a recording is under way is true, false, null or not told.",
        "Cortex API v1, createSession",
        "It stays an attribute as it came.",
    ),
    Quirk(
        "streams_have_three_forms",
        "What is subscribed to is an empty object, null, or from version 2 on an array.",
        "Cortex API, Session object",
        "It stays an attribute as it came.",
    ),
    Quirk(
        "logs_are_null_or_hold_recordings",
        "The logs of a session are null, or an object with recordings whose stop may be empty.",
        "Cortex API v1, Session Object",
        "The instants that are there count as activity; the logs stay an attribute.",
    ),
    Quirk(
        "every_marker_comes_with_its_session",
        "Each session of a list brings all its markers, which may be many.",
        "Cortex API v1, Session Object",
        "The attribute is their number; the raw record has them whole.",
    ),
)

_NAMES = (
    Quirk(
        "an_anonymous_owner_has_a_name",
        "The owner of a session begun by nobody is Basic.",
        "Cortex API v1, Session Object",
        "It is no user, and stays an attribute.",
    ),
    Quirk(
        "an_early_session_names_no_owner",
        "The session objects of early 2017 do not tell whose they are.",
        "Cortex API v1, querySessions",
        "The user is null.",
    ),
    Quirk(
        "an_application_stands_in_one_of_two_fields",
        "Early sessions have it as client, later ones as appId, and both may be empty.",
        "Cortex API v1, Session Object",
        "Whichever has a value names the client.",
    ),
    Quirk(
        "title_project_and_tags_are_gone_from_version_2_on",
        "They belong to records there, which are another list.",
        "Cortex API, Session object",
        "With dialect v2 a filter by one of them cannot be answered, and is not pretended to be.",
    ),
    Quirk(
        "fields_come_that_no_document_has",
        "Services send more fields than their documents name, such as performanceMetrics.",
        "Emotiv/cortex-example, issue 210",
        "What is not understood stays among the attributes.",
    ),
)

SESSION_OBJECTS = (*_TIMES, *_FORMS, *_NAMES)
