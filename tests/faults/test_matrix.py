"""Every fault costs its own backend's rows at most, within the deadline, and no secret."""

from pathlib import Path

import pytest

from tests.faults.asking import asking
from tests.faults.failing import Failing
from tests.faults.rows import FAILING
from tests.faults.sound_rows import SOUND, Sound

OTHERS = 6


@pytest.mark.parametrize("row", FAILING, ids=str)
async def test_who_asks_a_failing_backend_alone_is_told_why(
    row: Failing, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log, is_alone=True) as asked:
        alone = await asked.alone(limit=1000)

    report = alone.body["backends"]["troubled"]
    assert (alone.status, report["error"]["code"]) == (row.status, row.code)
    assert report["status"] == "failed"
    assert (alone.headers.get("Retry-After") is not None) == (row.status == 503)


@pytest.mark.parametrize("row", FAILING, ids=str)
async def test_a_failing_backend_among_others_costs_its_own_rows(
    row: Failing, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log) as asked:
        page = await asked.ask(limit=1000)

    assert (page.status, page.body["complete"], len(page.ids)) == (200, False, OTHERS)
    reports = page.body["backends"]
    assert reports.pop("troubled")["error"]["code"] == row.code
    assert {report["status"] for report in reports.values()} == {"ok"}
    assert page.headers["Cache-Control"].endswith("no-store")
    assert "ETag" not in page.headers


@pytest.mark.parametrize("row", SOUND, ids=str)
async def test_what_can_be_read_is_answered(
    row: Sound, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log, is_alone=True) as asked:
        alone = await asked.alone(limit=1000)

    report = alone.body["backends"]["troubled"]
    assert (alone.status, report["status"]) == (200, row.status)
    assert len(alone.ids) == row.rows
    assert tuple(report["warnings"]) == row.warnings


@pytest.mark.parametrize("row", SOUND, ids=str)
async def test_what_can_be_read_is_answered_among_others(
    row: Sound, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    async with asking(row.site, tmp_path, log) as asked:
        page = await asked.ask(limit=1000)

    assert (page.status, page.body["complete"]) == (200, row.status == "ok")
    assert len(page.ids) == row.rows + OTHERS
