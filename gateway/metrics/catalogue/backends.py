"""What is told of backends, and of what is sent to them."""

from gateway.metrics.families import Joining, Kind, Metric

BACKENDS = (
    Metric(
        "session_gateway_backend_parts_total",
        Kind.COUNTER,
        "Parts of answers, by status and by what served them: live, cache, stale or none.",
        ("backend", "status", "served_from"),
        remedy="`failed` and `stale`: see `backend_calls_total` for why.",
    ),
    Metric(
        "session_gateway_backend_rows_total",
        Kind.COUNTER,
        "Sessions that answers were made of.",
        ("backend",),
    ),
    Metric(
        "session_gateway_backend_late_rows_total",
        Kind.COUNTER,
        "Sessions left out of answers since they came too late for the order.",
        ("backend",),
        remedy="The vendor does not keep the order it promises: report it to the adapter's author.",
    ),
    Metric(
        "session_gateway_backend_duplicate_rows_total",
        Kind.COUNTER,
        "Sessions that came again while an answer was read, and were given once.",
        ("backend",),
        remedy="A few are from sessions that move between pages. Many: the vendor's paging is off.",
    ),
    Metric(
        "session_gateway_backend_calls_total",
        Kind.COUNTER,
        "Calls to the vendor, repetitions included, by what came of them in the end.",
        ("backend", "outcome"),
        remedy="See the codes of errors, below.",
    ),
    Metric(
        "session_gateway_backend_repetitions_total",
        Kind.COUNTER,
        "Attempts beyond the first of a call.",
        ("backend",),
        remedy="Some are usual. As many as calls: the vendor, or the way to it, is in trouble.",
    ),
    Metric(
        "session_gateway_backend_log_ins_total",
        Kind.COUNTER,
        "Log-ins at the vendor, by outcome.",
        ("backend", "outcome"),
        remedy="`auth`: the credentials are refused, and log-ins pause so that the account is not"
        " locked. Many `ok`: the vendor ends tickets early, or somebody else logs in to the same"
        " account.",
    ),
    Metric(
        "session_gateway_backend_records_total",
        Kind.COUNTER,
        "Records that came from the vendor.",
        ("backend",),
    ),
    Metric(
        "session_gateway_backend_rejected_records_total",
        Kind.COUNTER,
        "Records that came and are no sessions: without a usable id, mostly.",
        ("backend",),
        remedy="The vendor has changed, or something else answers at `url`.",
    ),
    Metric(
        "session_gateway_backend_refreshes_total",
        Kind.COUNTER,
        "Readings anew behind the scenes, by outcome: ok or failed.",
        ("backend", "outcome"),
        remedy="`failed`: what is kept grows older, and serves until `stale_if_error_s`.",
    ),
    Metric(
        "session_gateway_backend_refreshes_in_flight",
        Kind.GAUGE,
        "Readings anew that go on now.",
        ("backend",),
    ),
    Metric(
        "session_gateway_backend_breaker",
        Kind.GAUGE,
        "How many workers' breakers are in this state: closed, open or half_open.",
        ("backend", "state"),
        remedy="`open`: the vendor failed again and again; see what came before in"
        " `backend_calls_total`.",
    ),
    Metric(
        "session_gateway_backend_pause_seconds",
        Kind.GAUGE,
        "For how long the vendor is still left alone, by the code that it is left alone for.",
        ("backend", "code"),
        Joining.MAX,
        remedy="`auth`: mend the credentials. `rate_limited`: lower `limits.rate`. `tls`: see the"
        " vendor's certificate.",
    ),
    Metric(
        "session_gateway_backend_last_success_timestamp_seconds",
        Kind.GAUGE,
        "When the vendor last answered well; without a sample it has not.",
        ("backend",),
        Joining.MAX,
    ),
)

REQUESTS = (
    Metric(
        "session_gateway_upstream_requests_total",
        Kind.COUNTER,
        "Requests sent to the vendor, by the class of the status, or what went wrong on the way.",
        ("backend", "outcome"),
    ),
    Metric(
        "session_gateway_upstream_request_seconds",
        Kind.HISTOGRAM,
        "How long requests to the vendor took, from their turn to the last byte.",
        ("backend",),
        remedy="Near `timeout_s`: the vendor is too slow for it.",
    ),
    Metric(
        "session_gateway_upstream_requests_in_flight",
        Kind.GAUGE,
        "Requests under way to the vendor, over all backends of its account.",
        ("backend",),
    ),
    Metric(
        "session_gateway_upstream_requests_waiting",
        Kind.GAUGE,
        "Requests that wait for their turn, over all backends of the account.",
        ("backend",),
        remedy="Where some always wait, raise `limits`, if the vendor allows for it, or keep what"
        " was read for longer (`cache.ttl_s`).",
    ),
    Metric(
        "session_gateway_upstream_requests_limit",
        Kind.GAUGE,
        "How many requests may be under way at a time: `limits.concurrency` as it is in force.",
        ("backend",),
    ),
    Metric(
        "session_gateway_upstream_rate_limit",
        Kind.GAUGE,
        "How many requests a second may go out: `limits.rate` as it is in force, if there is one.",
        ("backend",),
    ),
    Metric(
        "session_gateway_upstream_bytes_in_flight",
        Kind.GAUGE,
        "Bytes of vendors' answers that nothing has been made of yet: of listings, or of pages.",
        ("budget",),
        remedy="At its limit large answers wait for each other, or fail with `overloaded`.",
    ),
    Metric(
        "session_gateway_upstream_bytes_limit",
        Kind.GAUGE,
        "How many such bytes there is room for.",
        ("budget",),
    ),
)
