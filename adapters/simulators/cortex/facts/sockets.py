"""What is odd about the socket of Cortex."""

from adapters.simulators.facts import Quirk

SOCKETS = (
    Quirk(
        "samples_and_warnings_come_before_an_answer",
        "Samples of streams and warnings share the socket with answers, in between any two.",
        "Cortex API, Data sample object",
        "The transport passes over every frame that is no answer to a call of its own.",
    ),
    Quirk(
        "a_warning_may_carry_an_id",
        "A warning can have the id of a call, beside its warning and in place of a result.",
        "Cortex API v1, decryptData",
        "An id alone makes no answer: a result or an error does.",
    ),
    Quirk(
        "the_message_of_a_warning_is_a_text_or_an_object",
        "What a warning says is a text for some codes and an object for others.",
        "Cortex API, Warning Objects",
        "Warnings are passed over unread: what they announce shows in the next list.",
    ),
    Quirk(
        "calls_are_handled_one_at_a_time",
        "The service works on one request at a time, in the order they came.",
        "Cortex API v1, JSON-RPC",
        "The adapter asks for a serial wire: a call is sent when the one before is answered.",
    ),
    Quirk(
        "everything_comes_in_one_answer",
        "The list has no pages: all sessions come in one frame, however large.",
        "Cortex API v1, querySessions",
        "Frames may be as large as the configured max_body; the list is kept and paged here.",
    ),
    Quirk(
        "sockets_are_encrypted_under_a_private_authority",
        "Only encrypted sockets are served, with a certificate of the vendor's own root.",
        "Cortex API, Connecting to the Cortex API",
        "The option ca_file names the root; without it the backend fails with tls.",
    ),
    Quirk(
        "a_remote_service_takes_one_connection",
        "A service on another machine has room for one connection besides the vendor's own.",
        "Cortex API, Connecting to the Cortex API",
        "All calls of a backend share one socket; it is closed before another is opened.",
    ),
)
