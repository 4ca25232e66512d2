"""``backends``: what there is to know of them without asking any."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from multidict import MultiMapping

from gateway.app import open_federation
from gateway.cli.ending import run
from gateway.cli.forms import Form
from gateway.cli.rows import backend_table
from gateway.cli.screen import Screen, write, write_document
from gateway.cli.settings import loaded
from gateway.config import Settings
from gateway.federation.backend import Backend
from gateway.federation.federation import Federation
from gateway.web import csv_rows
from gateway.web.backends import describe
from gateway.web.documents import BackendDocument
from gateway.web.form import Form as Parameters

_COLUMNS = (
    *("name", "vendor", "freshness.ttl_s", "operations", "capabilities.operations"),
    *("capabilities.paging", "capabilities.detail", "capabilities.sorts", "capabilities.filters"),
)
"""What a sheet tells. How a backend is doing is not known before it was asked."""


def list_backends(config: Path, parameters: MultiMapping[str], form: Form) -> None:
    """Describe every configured backend, or those that were asked for."""
    run(_describe(loaded(config, is_remarked=False), parameters, form))


async def _describe(settings: Settings, parameters: MultiMapping[str], form: Form) -> None:
    async with open_federation(settings) as federation:
        names = _asked(federation, parameters)
        backends = [each for name, each in federation.backends.items() if name in names]
        match form:
            case Form.TABLE:
                off = {n: vendor for n, vendor in federation.disabled.items() if n in names}
                Screen.of_output().show(backend_table(backends, off))
            case Form.JSON:
                write_document({"data": _documents(backends)})
            case Form.NDJSON:
                write(msgspec.json.Encoder().encode_lines(_documents(backends)))
            case Form.CSV:
                write(csv_rows.encoded(_sheet(_documents(backends))))


def _asked(federation: Federation, parameters: MultiMapping[str]) -> frozenset[str]:
    """Name the backends that are meant, switched off or not; raise a 400 for unknown names."""
    enabled = {name: backend.adapter.vendor for name, backend in federation.backends.items()}
    vendors = {**enabled, **federation.disabled}
    form = Parameters(parameters)
    named = form.named("backend", vendors) or vendors.keys()
    named_vendors = form.named("vendor", set(vendors.values())) or {*vendors.values()}
    form.finish()
    return frozenset(name for name in named if vendors[name] in named_vendors)


def _documents(backends: Iterable[Backend]) -> list[BackendDocument]:
    return [describe(backend) for backend in backends]


def _sheet(documents: Iterable[BackendDocument]) -> Iterable[Sequence[str]]:
    yield _COLUMNS
    yield from (csv_rows.texts(dict(document), _COLUMNS) for document in documents)
