"""The query of the command line that the README shows, with the output that it shows."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from tests.support.adapters import noon
from tests.support.commands import command, written
from tests.support.gateway import backend

README = Path(__file__).parents[2] / "README.md"
# What these tell of a session depends on no clock of the gateway's.
SHOWN = {"eeg-lab": CortexSimulator, "samba-eu": DigitalSambaSimulator, "office": EkranSimulator}


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[str]:
    configured = []
    async with AsyncExitStack() as stack:
        for seed, (name, simulator_class) in enumerate(SHOWN.items()):
            server = simulator_class(rows=40, seed=seed, clock=noon)
            options = server.options(await server.start())
            stack.push_async_callback(server.stop)
            configured.append(backend(server.adapter, options, name=name))
        yield written(tmp_path, configured)


async def test_the_readme_shows_what_is_answered(file: str) -> None:
    text = README.read_text(encoding="utf-8")
    found = re.search(
        r"```console\n\$ session-gateway (sessions .*?)\n```\n\n```text\n(.*?)```", text, re.DOTALL
    )
    assert found
    arguments = [file if word == "gateway.yaml" else word for word in found[1].split()]

    ended = await command(*arguments)

    assert ended.status == 0
    told = ended.error.splitlines()[0]
    assert f"{ended.text}{told}\n" == found[2]
