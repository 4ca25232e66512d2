"""What is told of calls, and of who makes them."""

from gateway.metrics.catalogue.remedies import MORE_ROOM
from gateway.metrics.families import Kind, Metric

CALLS = (
    Metric(
        "session_gateway_calls_total",
        Kind.COUNTER,
        "Calls that were answered, by route, method, class of the status and code of the problem.",
        ("route", "method", "status", "code"),
        remedy="`upstream_failed`, `timeout`, `unavailable`: see the backends.",
    ),
    Metric(
        "session_gateway_bugs_total",
        Kind.COUNTER,
        "Calls that broke the gateway: answered with internal_error, or not to the end.",
        remedy="The log has a traceback beside the id of the request. Please report it.",
    ),
    Metric(
        "session_gateway_call_seconds",
        Kind.HISTOGRAM,
        "How long calls took, from when they were read to the end of their answers.",
        ("route", "method"),
        remedy="Compare it with `upstream_request_seconds`: mostly it is a vendor that is slow."
        " Where it is not, see `loop_lag_seconds`.",
    ),
    Metric(
        "session_gateway_calls_in_flight",
        Kind.GAUGE,
        "Calls that are being answered now.",
    ),
    Metric(
        "session_gateway_calls_limit",
        Kind.GAUGE,
        "How many calls are answered at a time. It falls while they hold each other up.",
        remedy=f"Below 256 for each worker, the processor is the limit. {MORE_ROOM}",
    ),
    Metric(
        "session_gateway_connections",
        Kind.GAUGE,
        "Connections of clients, those without room included.",
        remedy="At 800 for each worker, or 400 of one address, further ones are refused: see"
        " `server.trusted_proxies`.",
    ),
    Metric(
        "session_gateway_refused_total",
        Kind.COUNTER,
        "Requests refused before they were calls, by the code of the problem.",
        ("code",),
        remedy=f"`overloaded`: {MORE_ROOM} `stopping` is a probe while the process ends. Others"
        " tell of clients that send what is no request.",
    ),
    Metric(
        "session_gateway_admissions_total",
        Kind.COUNTER,
        "Calls for which a key is wanted: admitted, refused, locked_out (the address failed too"
        " often) or rate_limited.",
        ("outcome",),
        remedy="`refused`: a key that is wrong or has expired. `locked_out`: somebody tries keys,"
        " or a client with an old key does not stop. `rate_limited`: raise the key's `rate`, if"
        " its owner should have more.",
    ),
)
