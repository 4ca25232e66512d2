"""What is odd about being let in by Cortex."""

from adapters.simulators.facts import Quirk

_USERS = (
    Quirk(
        "a_user_is_a_text_in_version_1",
        "The log-in that there is comes as an array of names.",
        "Cortex API v1, getUserLogin",
        "Each dialect has its own reading; the other's is a schema error.",
    ),
    Quirk(
        "a_user_is_an_object_from_version_2_on",
        "The log-in that there is comes as an array of objects.",
        "Cortex API, getUserLogin",
        "Each dialect has its own reading; the other's is a schema error.",
    ),
    Quirk(
        "nobody_logged_in_is_an_empty_array",
        "Where nobody is logged in the array is empty, and there is no error.",
        "Cortex API, getUserLogin",
        "Version 1 is then logged in to; for later ones the log says who has to do what.",
    ),
    Quirk(
        "one_account_is_logged_in_at_a_time",
        "A second account can log in only when the first has logged out.",
        "Cortex API v1, login",
        "Somebody else is never logged out: the backend fails with auth until they leave.",
    ),
    Quirk(
        "only_people_log_in_from_version_2_on",
        "There is no call to log in with: a person does, in EMOTIV Launcher.",
        "Cortex API, Overview of API flow",
        "A username is refused with dialect v2, and the log says to log in with the Launcher.",
    ),
    Quirk(
        "another_account_of_the_system_may_own_the_service",
        "Two ids tell whether the log-in belongs to this account of the operating system.",
        "Cortex API, getUserLogin",
        "Where they differ nothing would work, so the backend fails with auth and says why.",
    ),
)

_APPLICATIONS = (
    Quirk(
        "the_version_is_told_by_the_methods_that_are_there",
        "No greeting tells the version; getCortexInfo is there from version 2 on.",
        "Cortex API, getCortexInfo",
        "With dialect: auto it is called at each log-in; an unknown method means version 1.",
    ),
    Quirk(
        "parameters_have_other_names_from_version_2_on",
        "client_id became clientId, and the token _auth became cortexToken.",
        "Cortex API, authorize",
        "The ticket holds the dialect, and every call is written in it.",
    ),
    Quirk(
        "a_missing_parameter_has_an_error_of_its_own_in_version_1",
        "Version 1 refuses it with -32018, not with the -32602 of JSON-RPC.",
        "Cortex API v1, Errors",
        "Both are mistakes of the caller, and not tried again.",
    ),
    Quirk(
        "errors_come_that_are_in_no_list",
        "The list of error codes calls itself incomplete, and programs of the vendor know more.",
        "Emotiv/unity-plugin, Config.cs",
        "Codes of those programs are known; any other is upstream_error, its number in the log.",
    ),
    Quirk(
        "an_application_is_approved_by_hand",
        "An application may not work until a person approves it in the Launcher.",
        "Cortex API, requestAccess",
        "An approval that lacks is asked for, and told as forbidden until it is given.",
    ),
    Quirk(
        "terms_that_are_not_accepted_are_a_warning_beside_the_token",
        "While the EULA is not accepted a token comes all the same, with a warning in the result.",
        "Cortex API, authorize",
        "The token is used: it is good for reading.",
    ),
)

_TOKENS = (
    Quirk(
        "a_token_is_opaque",
        "A token looks like a JSON Web Token and is none: its signs are not safe for addresses.",
        "Cortex API v1, Auth token",
        "It is never looked into, and goes back as it came.",
    ),
    Quirk(
        "a_token_is_over_after_48_hours",
        "A token ends after 48 hours, whether it is used or not.",
        "Cortex API v1, Auth token",
        "The refusal asks for a new log-in, after which the read is made again.",
    ),
    Quirk(
        "a_token_is_bound_to_its_user",
        "A token is refused when another user is logged in, or none.",
        "Cortex API, authorize",
        "The refusal asks for a new log-in, which says who has to log in.",
    ),
    Quirk(
        "a_log_in_brings_no_quota",
        "Unless a debit is asked for, a token gives no sessions of the licence to this machine.",
        "Cortex API, authorize",
        "None is asked for: reading needs none, and what is not spent stays with the licence.",
    ),
)

ADMISSION = (*_USERS, *_APPLICATIONS, *_TOKENS)
