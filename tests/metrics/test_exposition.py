"""Metrics are written down as Prometheus wants them."""

import os
import shutil
import subprocess

import pytest

from gateway.metrics.catalogue import METRICS
from gateway.metrics.exposition import written
from gateway.metrics.families import Kind, counts, one
from tests.support.gateway import all_vendors, running
from tests.support.scraping import Scrape, scraped

PROMTOOL = shutil.which("promtool")


def test_odd_names_of_backends_are_escaped() -> None:
    name = 'a"b\\c'

    text = written([counts("session_gateway_backend_rows_total", {(name,): 2})]).decode()

    assert Scrape(text).value("backend_rows_total", backend=name) == 2


def test_the_order_is_that_of_the_catalogue() -> None:
    names = ["session_gateway_connections", "session_gateway_calls_in_flight"]

    text = written([one(name, 1) for name in names]).decode()

    told = [line.split()[0] for line in text.splitlines() if not line.startswith("#")]
    assert told == names[::-1]


def test_counters_alone_end_in_total() -> None:
    wrong = [
        name
        for name, metric in METRICS.items()
        if name.endswith("_total") is not (metric.kind is Kind.COUNTER)
    ]

    assert wrong == []


@pytest.mark.skipif(
    PROMTOOL is None and not os.environ.get("CI"), reason="promtool (Debian: prometheus) is missing"
)
async def test_prometheus_itself_finds_nothing_to_criticise() -> None:
    assert PROMTOOL is not None
    async with all_vendors(3) as vendors, running(vendors.settings()) as gateway:
        await gateway.get("/v1/sessions")
        text = (await scraped(gateway.address, gateway.client)).text
    # The prefix of the library's own names says nothing of a unit for time since 1970.
    result = subprocess.run(  # noqa: ASYNC221, S603  # nothing else goes on meanwhile
        [PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, check=False
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
