"""Every law has mutants, each of which breaks that law, as its checks tell, and no other."""

from dataclasses import replace

import pytest

from gateway.conformance.examination import Verdict, examine
from gateway.conformance.law import Law
from tests.conformance.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
async def test_a_mutant_breaks_its_law_and_no_other(mutant: Mutant) -> None:
    findings = await examine(replace(mutant.original, adapter=mutant.adapter))

    broken = {f.check.name: f.reason for f in findings if f.verdict is Verdict.BROKEN}
    laws = {Law(name.partition(".")[0]) for name in broken}
    assert laws - mutant.beside == {mutant.law}, broken
    assert broken.keys() >= mutant.checks


def test_every_law_has_a_mutant() -> None:
    assert {mutant.law for mutant in MUTANTS} == {*Law}
