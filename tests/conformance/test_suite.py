"""The suite as a stranger uses it: a handful of lines, a report, and excuses that are printed."""

from dataclasses import replace

import pytest

from gateway.conformance.examination import Verdict, examine
from gateway.conformance.law import Law
from tests.conformance.harnesses import DEPOT
from tests.conformance.mutants import Miscounting

pytest_plugins = ["pytester"]

_MODULE = """
from dataclasses import replace
import pytest
from gateway.conformance.harness import Harness
from gateway.conformance.suite import AdapterSuite
from tests.conformance.harnesses import DEPOT
from tests.conformance.mutants import Miscounting

class TestAdapter(AdapterSuite):
    @pytest.fixture
    def harness(self) -> Harness:
        return replace(DEPOT, adapter=Miscounting, excused={excused})
"""


def run(pytester: pytest.Pytester, excused: dict[str, str]) -> pytest.RunResult:
    """Test the adapter that tells wrong totals, with these excuses."""
    pytester.makepyfile(_MODULE.replace("{excused}", repr(excused)))
    return pytester.runpytest_subprocess("-k", "L4", "-p", "no:cacheprovider")


def test_a_broken_law_is_told_with_its_promise(pytester: pytest.Pytester) -> None:
    result = run(pytester, {})

    result.assert_outcomes(failed=1, passed=5)
    result.stdout.fnmatch_lines(["L4.totals is broken: totals * are told of 23 rows"])
    result.stdout.fnmatch_lines(
        ["(A total is told where one is declared, and is the count it is declared to be.)"]
    )


def test_an_excuse_is_printed_with_its_reason(pytester: pytest.Pytester) -> None:
    result = run(pytester, {"L4.totals": "the vendor cannot count"})

    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["*excused from laws of conformance*"])
    result.stdout.fnmatch_lines(["*: L4.totals: the vendor cannot count (found: totals *)"])


def test_an_excuse_that_is_not_needed_fails(pytester: pytest.Pytester) -> None:
    result = run(pytester, {"L4.totals": "no count", "L4.sizes": "no reason at all"})

    result.assert_outcomes(failed=1, passed=5)
    result.stdout.fnmatch_lines(["L4.sizes is broken: needs no excuse, for it holds;*"])


async def test_an_excuse_for_what_is_no_check_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no such check: L4\.size; there are: L1\.abilities"):
        await examine(replace(DEPOT, excused={"L4.size": "a slip"}))


async def test_an_excuse_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="every excuse needs a reason"):
        await examine(replace(DEPOT, excused={"L4.sizes": ""}))


async def test_some_laws_can_be_examined_alone() -> None:
    findings = await examine(replace(DEPOT, adapter=Miscounting), [Law.PAGING])

    assert {finding.check.law for finding in findings} == {Law.PAGING}
    broken = [finding.check.name for finding in findings if finding.verdict is Verdict.BROKEN]
    assert broken == ["L4.totals"]


async def test_what_the_fake_vendor_cannot_show_is_broken_too() -> None:
    findings = await examine(replace(DEPOT, capped=None, writes={}), [Law.PAGING, Law.WRITING])

    told = {f.check.name: f.reason for f in findings if f.verdict is Verdict.BROKEN}
    assert told == {
        "L4.capped": "the harness has no vendor that gives fewer rows a page than it is asked for",
        "L11.done": "the harness has no example of these writes: create, end",
        "L11.interrupted": "the harness has no example of these writes: create, end",
    }
