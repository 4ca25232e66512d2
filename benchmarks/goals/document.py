"""What is written of the findings: tables in Markdown, and the section of the document."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from goals.findings import Findings, Table
from goals.plots import svg

HEADING = "## Goals, and what was reached\n"

_ROOT = Path(__file__).parents[2]
_FILE = _ROOT / "docs" / "performance.md"
_PICTURES = _ROOT / "docs" / "pictures"


def summary(found: Mapping[str, Findings]) -> str:
    """Show every goal beside what was reached."""
    rows = [
        (
            goal.what,
            goal.wanted,
            f"**{goal.reached}**",
            "yes" if goal.is_met else "no",
            _alone(part),
        )
        for part, findings in found.items()
        for goal in findings.goals
    ]
    return _table(("", "goal", "reached", "met", "alone by"), rows)


def details(part: str, findings: Findings) -> str:
    """Show a part's tables."""
    shown = [table for table in findings.tables if table.rows]
    return f"\n### {_alone(part)}\n" + "".join(f"\n{_titled(table)}" for table in shown)


def write(found: Mapping[str, Findings]) -> None:
    """Write the section of the document anew, and its pictures."""
    plots = [plot for findings in found.values() for plot in findings.plots]
    for plot in plots:
        (_PICTURES / plot.file).write_text(svg(plot), encoding="utf-8")
    pictures = "".join(f"\n![{plot.title}](pictures/{plot.file})\n" for plot in plots)
    parts = "".join(details(part, findings) for part, findings in found.items())
    body = f"{HEADING}\n{_introduction()}\n\n{summary(found)}{parts}\n### Growth\n{pictures}\n"
    _FILE.write_text(with_section(_FILE.read_text(encoding="utf-8"), body), encoding="utf-8")


def with_section(text: str, body: str) -> str:
    """Give the document with the section anew, which ends where the next begins."""
    before, _, behind = text.partition(HEADING)
    _, mark, after = behind.partition("\n## ")
    return before + body.rstrip("\n") + "\n" + mark + after


def _introduction() -> str:
    return (
        f"Written by `make bench`, of version {version('session-gateway')}{_date()}: one run, on"
        " two shared cores.\nCPU times are of the server's process, kernel included, medians of"
        " rounds in which the servers take turns;\nonly ratios can be compared with another run."
    )


def _date() -> str:
    """Give the date of the version, if it comes from a repository."""
    command = ["git", "-C", str(_ROOT), "log", "-1", "--format=%cs"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # as is
    return f" of {done.stdout.strip()}" if done.returncode == 0 else ""


def _alone(part: str) -> str:
    return f"`make bench ONLY={part}`"


def _titled(table: Table) -> str:
    remark = f"{table.remark}\n" if table.remark else ""
    return f"{table.title}:\n\n{_table(table.headings, table.rows)}" + (remark and f"\n{remark}")


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in _lines(headings, rows))


def _lines(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield headings
    yield ["---", *("---:" for _ in headings[1:])]
    yield from rows
