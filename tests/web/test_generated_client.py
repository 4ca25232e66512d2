"""A client that a program of others made from the description lists, walks and writes."""

import asyncio
import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from gateway.web.openapi.document import document
from gateway.web.routes import routes
from tests.support.scribe import install_scribe, scribe
from tests.web.writing import written

PACKAGE = "client_of_sessions"


async def generate(folder: Path) -> None:
    """Make a client in the folder, from the description alone."""
    description = folder / "openapi.json"
    description.write_bytes(msgspec.json.encode(document(routes())))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", str(description), "--output-path", str(folder / PACKAGE)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()


def module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


async def test_it_lists_walks_and_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install_scribe(tmp_path, monkeypatch)
    await generate(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    models: Any = module("models")
    listing, creating = module("api.sessions.list_sessions"), module("api.writes.create_session")
    getting, ending = module("api.sessions.get_session"), module("api.writes.end_session")

    async with scribe() as server, written(server) as gateway:
        calling = module("client").AuthenticatedClient(gateway.address, token="writer")
        async with calling as client:
            for title in ("Monday", "Tuesday", "Wednesday"):
                body = models.Creation.from_dict({"backend": "notes", "title": title})
                made = await creating.asyncio(client=client, body=body)
                assert made.data.title == title
            await ending.asyncio(made.data.id, client=client)
            one = await getting.asyncio(made.data.id, client=client)
            found, cursor = [], module("types").UNSET
            while cursor is not None:
                page = await listing.asyncio(client=client, sort="title", limit=2, cursor=cursor)
                assert page.complete
                found += [session.title for session in page.data]
                cursor = page.page.next_
            refused = await listing.asyncio(client=client, backend=["nowhere"])

    assert found == ["Monday", "Tuesday", "Wednesday"]
    assert one.data.status == models.Status.ENDED
    assert (refused.status, refused.code) == (400, models.ProblemDocumentCode.INVALID_PARAMETER)
