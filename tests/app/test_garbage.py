"""What the collector of garbage is spared is only what lasts."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.support.commands import written
from tests.support.gateway import backend

NOBODY = {"url": "http://127.0.0.1:9", "developer_key": "made-up"}
SERVER = {"port": 0, "lame_duck_s": 0}


async def test_the_first_application_goes_when_another_takes_its_place(tmp_path: Path) -> None:
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder, name in zip(folders, ("one", "another"), strict=True):
        folder.mkdir()
        written(folder, [backend("digital_samba", NOBODY, name=name)], server=SERVER)
    files = [str(folder / "gateway.yaml") for folder in folders]
    (folders[0] / "another-developer_key").write_text("made-up", encoding="utf-8")

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.app.reloading", *files), stdout=PIPE, stderr=PIPE
    )
    output, log = await process.communicate()

    assert output == b"it went\n", log.decode()
