"""The dashboard and the alerts ask for metrics and labels that there are."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.metrics.catalogue import METRICS
from gateway.metrics.families import WORKER, Joining, Kind

FOLDER = Path(__file__).parents[2] / "dashboards"
PROMTOOL = shutil.which("promtool")
OF_EVERY_SERIES = {"instance", "job"}
SUFFIXES = ("_bucket", "_count", "_sum")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and not os.environ.get("CI"), reason="promtool (Debian: prometheus) is missing"
)
NOT_SHOWN = {"process_virtual_memory_bytes"}


@dataclass(frozen=True)
class Query:
    """Something that is asked of Prometheus, and what is written beside it."""

    place: str
    expression: str
    told: str = ""
    is_list: bool = False
    """Whether the values of a label are asked for."""

    def __str__(self) -> str:
        return self.place


def alerts() -> Iterator[Query]:
    rules: Any = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            told = re.sub(r"\$labels\.", "", " ".join(rule["annotations"].values()))
            yield Query(rule["alert"], rule["expr"], told)


def panels() -> Iterator[Query]:
    board: Any = json.loads((FOLDER / "grafana.json").read_text(encoding="utf-8"))
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            (expression,) = re.findall(r"label_values\((.*), (?:\w+)\)", variable["definition"])
            yield Query(variable["name"], expression, is_list=True)
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            place = f"{panel['title']} {target['refId']}"
            yield Query(place, target["expr"], target["legendFormat"])


QUERIES = [*alerts(), *panels()]


def named(expression: str) -> dict[str, str]:
    """Give the metrics that an expression names, as they are in the catalogue, and how."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    found = re.findall(r"\b(?:session_gateway|process)_\w+", bare)
    return {name if name in METRICS else _without_suffix(name): name for name in found}


def _without_suffix(name: str) -> str:
    (suffix,) = [each for each in SUFFIXES if name.endswith(each)] or [""]
    return name.removesuffix(suffix)


def labels_of(name: str) -> set[str]:
    metric = METRICS[name]
    own = {WORKER} if metric.joining is Joining.APART else set()
    bound = {"le"} if metric.kind is Kind.HISTOGRAM else set()
    return {*metric.labels, *own, *bound}


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_every_query_asks_for_what_there_is(query: Query) -> None:
    found = named(query.expression)

    assert found.keys() <= METRICS.keys()
    assert found or "up{" in query.expression
    for name, as_named in found.items():
        is_part = as_named != name
        assert is_part is (METRICS[name].kind is Kind.HISTOGRAM)
        for matchers in re.findall(as_named + r"\{([^}]*)\}", query.expression):
            assert set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", matchers)) <= labels_of(name)
    known = OF_EVERY_SERIES.union(*map(labels_of, found))
    grouped = re.findall(r"by \(([^)]*)\)", query.expression)
    assert {label.strip() for group in grouped for label in group.split(",")} <= known
    assert set(re.findall(r"\{\{\s*(\w+)\s*\}\}", query.told)) <= known


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_counters_are_looked_at_by_how_fast_they_grow(query: Query) -> None:
    if query.is_list:
        return
    for name, as_named in named(query.expression).items():
        if METRICS[name].kind is not Kind.GAUGE:
            assert re.search(as_named + r"(?:\{[^}]*\})?\[", query.expression), name


def test_every_metric_is_shown() -> None:
    shown = {name for query in QUERIES for name in named(query.expression)}

    assert METRICS.keys() - shown == NOT_SHOWN


@needs_promtool
def test_prometheus_itself_reads_the_alerts_and_every_query_of_the_dashboard(
    tmp_path: Path,
) -> None:
    records = [
        {"record": f"panel:{number}", "expr": query.expression.replace("$__rate_interval", "5m")}
        for number, query in enumerate(panels())
    ]
    queries = tmp_path / "queries.yaml"
    queries.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": records}]}))

    assert promtool("check", "rules", FOLDER / "alerts.yaml", queries) == 0


@needs_promtool
def test_alerts_fire_when_they_should(tmp_path: Path) -> None:
    for file in (FOLDER / "alerts.yaml", Path(__file__).parent / "alerts.test.yaml"):
        shutil.copy(file, tmp_path)

    assert promtool("test", "rules", tmp_path / "alerts.test.yaml") == 0


def promtool(*arguments: str | Path) -> int:
    """Give its exit status; what it says is shown where a test fails."""
    assert PROMTOOL is not None
    command = [PROMTOOL, *map(str, arguments)]
    return subprocess.run(command, check=False).returncode  # noqa: S603  # a tool of the system's
