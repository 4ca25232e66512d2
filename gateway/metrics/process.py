"""What the system and the interpreter tell of this process."""

import platform
from importlib.metadata import version

from aiohttp import http_parser
from prometheus_client import ProcessCollector

from gateway.metrics.families import Family, Sample, one

_COLLECTOR = ProcessCollector(registry=None)


def process_families(worker: str) -> list[Family]:
    """Read what this process takes; nothing where the system does not tell."""
    return [
        Family(sample.name, [Sample("", (worker,), sample.value)])
        for metric in _COLLECTOR.collect()
        for sample in metric.samples
    ]


def build_family() -> Family:
    """Tell which code runs, and whether its parser of requests is the fast one."""
    is_pure = http_parser.HttpRequestParser is http_parser.HttpRequestParserPy
    return one(
        "session_gateway_build_info",
        1,
        version("session-gateway"),
        platform.python_version(),
        version("aiohttp"),
        "python" if is_pure else "c",
    )
