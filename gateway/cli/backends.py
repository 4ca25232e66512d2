"""``backends``: what there is to know of them without asking any."""

from pathlib import Path

from gateway.app import open_federation
from gateway.cli.ending import run
from gateway.cli.rows import backend_table
from gateway.cli.screen import Screen, write_document
from gateway.cli.settings import loaded
from gateway.config import Settings
from gateway.web.backends import describe


def list_backends(config: Path, *, is_json: bool) -> None:
    """Describe every configured backend."""
    run(_describe(loaded(config, is_remarked=False), is_json=is_json))


async def _describe(settings: Settings, *, is_json: bool) -> None:
    async with open_federation(settings) as federation:
        backends = federation.backends.values()
        if is_json:
            write_document({"data": [describe(backend) for backend in backends]})
        else:
            Screen.of_output().show(backend_table(list(backends), federation.disabled))
