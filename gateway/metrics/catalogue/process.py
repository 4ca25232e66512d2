"""What is told of what is kept, and of the processes themselves."""

from gateway.metrics.catalogue.remedies import MORE_ROOM
from gateway.metrics.families import Joining, Kind, Metric

KEPT = (
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

PROCESS = (
    Metric(
        "session_gateway_loop_lag_seconds",
        Kind.HISTOGRAM,
        "How long the event loop took to come around, at each call.",
        remedy=f"Beyond 5 ms calls hold each other up. {MORE_ROOM}",
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
        remedy=f"One second a second is all that a worker can use. {MORE_ROOM}",
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
