"""Records for the laws to spoil: as the vendor sends them, and values that no field expects."""

import json
from typing import Any

import msgspec
from msgspec import Raw

from gateway.conformance.law import broken, holds
from gateway.conformance.rig import Rig
from gateway.model.session import Json

ODD: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1.5, 10**40, 1e300, -0.0),
    *("", " ", "0", "-", "\x00", "é" * 300, "\ud7ff", "null", "9999-99-99T99:99:99Z", "1e999"),
    *(
        "0001-01-01T00:00:00",
        "\u202etxt",
        "9999-12-31T23:59:59.9999999+14:00",
        "\uff12\uff10\uff12\uff16",
    ),
    *([], {}, [[]], [None], {"": None}, {"id": {"id": {}}}, [1, "two", {"three": 3}]),
)


async def raw_records(rig: Rig) -> list[Raw]:
    """Give every record that the vendor holds, and the samples."""
    pages = await rig.pages(rig.plan())
    samples = [Raw(sample) for sample in rig.harness.samples]
    return [record for each in pages for record in each.page.records] + samples


async def records(rig: Rig) -> list[dict[str, Any]]:
    """Give a few records of different shapes."""
    shapes: dict[frozenset[tuple[str, str]], dict[str, Any]] = {}
    for raw in await raw_records(rig):
        record = msgspec.json.decode(raw)
        holds(isinstance(record, dict), "a record is no JSON object")
        shape = frozenset((name, type(value).__name__) for name, value in record.items())
        shapes.setdefault(shape, record)
    if not shapes:
        broken("the fake vendor holds no session")
    return [*shapes.values()][:5]


def written(record: dict[str, Any]) -> bytes:
    """Write a record, also what no text should hold."""
    return json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
