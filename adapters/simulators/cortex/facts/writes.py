"""What is odd about opening and closing sessions of Cortex."""

from adapters.simulators.facts import Quirk

WRITES = (
    Quirk(
        "verbs_are_not_states",
        "A call says open, active or close, and a session is then opened, activated or closed.",
        "Cortex API v1, updateSession",
        "native_status of a new session is a verb, and that of a session a state.",
    ),
    Quirk(
        "without_a_headset_the_first_is_taken",
        "A session that is created without naming a headset gets the first that is connected.",
        "Cortex API v1, createSession",
        "An empty device.id is refused; leaving it out means what the vendor means by it.",
    ),
    Quirk(
        "a_headset_serves_one_session_of_an_application",
        "An application can have one session at a time with a headset.",
        "Cortex API, Sessions",
        "A second one is refused as a wrong device.id.",
    ),
    Quirk(
        "version_2_takes_no_labels",
        "A new session can have a title and a project in version 1; later they mean nothing.",
        "Cortex API, createSession",
        "There they are refused before anything is sent.",
    ),
    Quirk(
        "an_activation_needs_quota",
        "To activate a session where the machine has no quota left is refused.",
        "Cortex API v1, Errors",
        "A session is activated only if that is asked; one is then debited, and it is sent again.",
    ),
    Quirk(
        "without_an_id_the_first_open_session_is_closed",
        "An update that names no session is done to the first that is not closed.",
        "Cortex API v1, updateSession",
        "The session is always named.",
    ),
    Quirk(
        "a_closed_session_shows_in_one_answer_alone",
        "From version 2 on the answer to its close is the only one that has a session closed.",
        "Cortex API, updateSession",
        "That answer is what the caller gets.",
    ),
    Quirk(
        "a_closed_session_cannot_be_told_from_none",
        "From version 2 on -32007 means that a session is closed, or never was.",
        "Cortex API, Error Codes",
        "To end it again is 404.",
    ),
    Quirk(
        "an_error_has_another_meaning_from_version_2_on",
        "-32001 is a wrong password in version 1, and no headset later.",
        "emotiv-cortex-v2, constants",
        "Each dialect has its own table of errors.",
    ),
)
