"""The pytest plugin: it lists, at the end, what adapters were excused from, and why."""

from collections.abc import Iterator

import pytest

EXCUSE = "conformance_excuse"
"""The property of a test's report that holds the reason of an excuse."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every excuse that was made use of."""
    excuses = sorted({*_excuses(terminalreporter)})
    if excuses:
        terminalreporter.section("excused from laws of conformance")
        for excuse in excuses:
            terminalreporter.line(excuse)


def _excuses(terminalreporter: pytest.TerminalReporter) -> Iterator[str]:
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == EXCUSE:
                yield f"{report.nodeid.partition('::test_law')[0]}: {value}"
