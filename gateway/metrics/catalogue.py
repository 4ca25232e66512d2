"""Every metric there is: what it tells, by which labels, and what to do about it.

Labels have closed lists of values: routes, methods, codes, and the names of backends. No word of
a client is among them.
"""

from collections.abc import Mapping

from gateway.metrics.families import Joining, Kind, Metric

_ROOM = "More workers, or more machines, can do more."

_CALLS = (
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
        remedy=f"Below 256 for each worker, the processor is the limit. {_ROOM}",
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
        remedy=f"`overloaded`: {_ROOM} `stopping` is a probe while the process ends. Others tell"
        " of clients that send what is no request.",
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

_BACKENDS = (
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

_UPSTREAM = (
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

_KEPT = (
    Metric(
        "session_gateway_kept_bytes",
        Kind.GAUGE,
        "Memory that is taken by what is kept: listings, ranges, or whole answers (repeats).",
        ("kind",),
        remedy="At its limit what was used longest ago is dropped, and read again.",
    ),
    Metric(
        "session_gateway_kept_bytes_limit",
        Kind.GAUGE,
        "Memory that what is kept may take.",
        ("kind",),
    ),
    Metric(
        "session_gateway_kept_entries",
        Kind.GAUGE,
        "How many listings, ranges, single sessions (details) and whole answers are kept.",
        ("kind",),
    ),
)

_PROCESS = (
    Metric(
        "session_gateway_loop_lag_seconds",
        Kind.HISTOGRAM,
        "How long the event loop took to come around, at each call.",
        remedy=f"Beyond 5 ms calls hold each other up. {_ROOM}",
    ),
    Metric(
        "session_gateway_workers",
        Kind.GAUGE,
        "Processes that serve.",
        remedy="Fewer than `server.workers`: the log says by what others ended.",
    ),
    Metric(
        "session_gateway_worker_restarts_total",
        Kind.COUNTER,
        "Workers that were started again since they had died.",
        remedy="The log says by what they ended; SIGKILL is mostly a machine out of memory.",
    ),
    Metric(
        "session_gateway_config_reloads_total",
        Kind.COUNTER,
        "Reloads of the configuration, in each process that reads it: done or refused.",
        ("outcome",),
    ),
    Metric(
        "session_gateway_config_last_reload_failed",
        Kind.GAUGE,
        "Whether the last reload was refused, so that an older file is served.",
        joining=Joining.MAX,
        remedy="The log says what is wrong with the file.",
    ),
    Metric(
        "session_gateway_config_generation",
        Kind.GAUGE,
        "Which configuration the process serves, counted from 1 since it began.",
        joining=Joining.APART,
    ),
    Metric(
        "session_gateway_config_loaded_timestamp_seconds",
        Kind.GAUGE,
        "Since when the process serves its configuration.",
        joining=Joining.APART,
        remedy="Workers that differ by more than a few seconds: one has not taken a reload.",
    ),
    Metric(
        "session_gateway_build_info",
        Kind.GAUGE,
        "1, with the version that runs, and what it runs on.",
        ("version", "python", "aiohttp", "http_parser"),
        Joining.MAX,
        remedy="`http_parser` should be `c`: the other is far slower.",
    ),
    Metric(
        "process_cpu_seconds_total",
        Kind.COUNTER,
        "Processor time that the process has taken, in seconds.",
        joining=Joining.APART,
        remedy=f"One second a second is all that a worker can use. {_ROOM}",
    ),
    Metric(
        "process_resident_memory_bytes",
        Kind.GAUGE,
        "Memory of the process.",
        joining=Joining.APART,
        remedy="It has bounds: what is kept, and answers under way.",
    ),
    Metric(
        "process_virtual_memory_bytes",
        Kind.GAUGE,
        "Address space of the process.",
        joining=Joining.APART,
    ),
    Metric(
        "process_start_time_seconds",
        Kind.GAUGE,
        "When the process began.",
        joining=Joining.APART,
    ),
    Metric(
        "process_open_fds",
        Kind.GAUGE,
        "Files and connections that the process has open.",
        joining=Joining.APART,
        remedy="At `process_max_fds` no vendor and no client can connect any more.",
    ),
    Metric(
        "process_max_fds",
        Kind.GAUGE,
        "Files and connections that the process may have open.",
        joining=Joining.APART,
        remedy="Below 1,024 it is too little: see `ulimit -n`.",
    ),
)

METRICS: Mapping[str, Metric] = {
    metric.name: metric for metric in (*_CALLS, *_BACKENDS, *_UPSTREAM, *_KEPT, *_PROCESS)
}
