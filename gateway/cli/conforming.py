"""``adapter conform``: an adapter that a file describes, put to the laws."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.ending import fail, run
from gateway.cli.screen import ERASE, Screen
from gateway.cli.table import Table
from gateway.cli.workbench import opened
from gateway.config import ConfigurationError
from gateway.conformance.examination import Finding, Verdict, judge
from gateway.conformance.law import Check, Law
from gateway.conformance.laws import CHECKS
from gateway.spi.harness import Harness

_HEADER = ("LAW", "VERDICT", "WHAT IT PROMISES")


def conform_to(file: Path, laws: Sequence[str]) -> None:
    """Try every check of these laws, of all if none is named; end with 1 if one is broken."""
    wanted = _wanted(laws)
    try:
        harness = opened(file).harness()
    except ConfigurationError as error:
        fail(str(error), status=2)
    run(_conform(harness, wanted))


def _wanted(names: Sequence[str]) -> Sequence[Check]:
    """Find the checks of laws, or single ones as ``L4.sizes``."""
    known = {law.value for law in Law} | {check.name for check in CHECKS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.UsageError(f"--law: {unknown[0]} is none of {', '.join(Law)}")
    return [c for c in CHECKS if not names or c.law in names or c.name in names]


async def _conform(harness: Harness, checks: Sequence[Check]) -> None:
    findings = [
        await _judged(harness, check, f"{number} of {len(checks)}: {check}")
        for number, check in enumerate(checks, 1)
    ]
    Screen.of_output().show(Table(_HEADER, list(map(_row, findings)), firm={0, 1}))
    for finding in findings:
        if finding.reason:
            click.echo(f"{finding.check}: {finding.verdict}: {finding.reason}", err=True)
    broken = [finding.check.name for finding in findings if finding.verdict is Verdict.BROKEN]
    excused = sum(finding.verdict is Verdict.EXCUSED for finding in findings)
    if broken:
        fail(f"{len(broken)} of {len(findings)} broken: {', '.join(broken)}")
    told = f", {excused} excused" if excused else ""
    click.echo(f"{len(findings) - excused} of {len(findings)} checks hold{told}", err=True)


async def _judged(harness: Harness, check: Check, progress: str) -> Finding:
    is_shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if is_shown:
        click.echo(ERASE + progress, err=True, nl=False)
    finding = await judge(harness, check)
    if is_shown:
        click.echo(ERASE, err=True, nl=False)
    return finding


def _row(finding: Finding) -> Sequence[str]:
    return finding.check.name, finding.verdict.value, finding.check.promise
