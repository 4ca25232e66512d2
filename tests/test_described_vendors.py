"""One simulator behind an adapter in Python and a file in YAML: both tell the same sessions."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.declarative.reading import options_model_of
from adapters.simulators.cortex import CortexSimulator
from adapters.simulators.digital_samba import DigitalSambaSimulator
from adapters.simulators.ekran import EkranSimulator
from adapters.simulators.roundware import RoundwareSimulator
from adapters.simulators.server import VendorServer
from gateway.config import BackendSettings, CacheSettings
from gateway.paging.order import SORTABLE
from tests.support.adapters import noon
from tests.support.examples import examples
from tests.support.gateway import Answer, Gateway, backend, running, settings_for
from tests.test_queries import Document
from tests.test_walks_over_simulators import FILTERS, Question

pytestmark = pytest.mark.asyncio(loop_scope="module")

_VENDORS: Mapping[str, type[VendorServer]] = {
    "cortex": CortexSimulator,
    "digital_samba": DigitalSambaSimulator,
    "ekran": EkranSimulator,
    "roundware": RoundwareSimulator,
}
_FILES = Path(__file__).parents[1] / "examples" / "vendors"
_KEY = "a key that all gateways have"
_ROWS = 45
_FROM_OTHERS = "an adapter concludes it from other fields, a map reads fields alone"
_LAST_SEEN = {"last_activity_at": _FROM_OTHERS, "inferred": _FROM_OTHERS}

DIFFERENCES: Mapping[str, Mapping[str, str]] = {
    "cortex": _LAST_SEEN,
    "digital_samba": _LAST_SEEN,
    "ekran": {},
    "roundware": {
        "client": "its version stands at the end of a longer text, of which a map takes no part",
        "inferred": "what a file tells from an end is inferred, and what is unknown then is not",
    },
}
"""What a file tells otherwise, and why. Attributes are what is left, and so are not compared."""

_ASKED_OF = sorted({*FILTERS} - {"backend", "active"})
_SORTABLE = sorted({*SORTABLE} - {"last_activity_at", "backend"})


class Twins:
    """Simulators that stand still, and gateways that reach each of them in both ways."""

    def __init__(self, backends: list[BackendSettings], stack: AsyncExitStack) -> None:
        self._backends = backends
        self._stack = stack
        self._gateways: dict[float, list[Gateway]] = {}

    async def walk(
        self, name: str, limits: list[int], ttl: float, **query: object
    ) -> tuple[list[Answer], list[Document]]:
        """Read page after page, each from another gateway; a refusal is the only page."""
        gateways = await self._running(ttl)
        pages: list[Answer] = []
        asked: dict[str, object] = dict(query)
        while True:
            turn = len(pages)
            limit = limits[turn % len(limits)]
            page = await gateways[turn % len(gateways)].call(
                "GET", "/v1/sessions", {**asked, "backend": name, "limit": limit}
            )
            pages.append(page)
            cursor = page.body["page"]["next"] if page.status == 200 else None
            if cursor is None:
                return pages, [d for each in pages for d in each.body.get("data", [])]
            asked = {**query, "cursor": cursor}

    async def _running(self, ttl: float) -> list[Gateway]:
        if ttl not in self._gateways:
            kept = {"cache": CacheSettings(ttl_s=ttl)}
            backends = [each.model_copy(update=kept) for each in self._backends]
            asked = settings_for(*backends, cursor={"keys": [_KEY]})
            self._gateways[ttl] = [
                await self._stack.enter_async_context(running(asked)) for _ in range(2)
            ]
        return self._gateways[ttl]


def described(vendor: str, options: Mapping[str, object], **settings: Any) -> BackendSettings:  # noqa: ANN401  # any setting
    """Configure a backend by the file of a vendor, with those of the options that it has."""
    known = options_model_of(_FILES / f"{vendor}.yaml").model_fields.keys()
    told = {name: value for name, value in options.items() if name in known}
    return backend("declarative", {**told, "spec": str(_FILES / f"{vendor}.yaml")}, **settings)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def twins() -> AsyncIterator[Twins]:
    async with AsyncExitStack() as stack:
        backends = []
        for seed, (vendor, simulator) in enumerate(_VENDORS.items()):
            server = simulator(rows=_ROWS, seed=seed, clock=noon)
            options = server.options(await server.start())
            stack.push_async_callback(server.stop)
            name = vendor.replace("_", "-")
            backends += [
                backend(vendor, options, name=name),
                described(vendor, options, name=f"{name}-yaml"),
            ]
        yield Twins(backends, stack)


def compared(vendor: str, documents: list[Document]) -> list[Document]:
    """Leave out what names the backend, and what the file is known to tell otherwise."""
    others = {"id", "backend", "attributes", *DIFFERENCES[vendor]}
    return [{n: v for n, v in each.items() if n not in others} for each in documents]


@pytest.mark.parametrize("vendor", _VENDORS)
async def test_both_tell_the_same_sessions_field_by_field(twins: Twins, vendor: str) -> None:
    name = vendor.replace("_", "-")

    (_, by_hand), (_, by_file) = [
        await twins.walk(each, [1000], 0) for each in (name, f"{name}-yaml")
    ]

    assert compared(vendor, by_hand) == compared(vendor, by_file)
    assert len(by_hand) >= _ROWS


@pytest.mark.parametrize("vendor", _VENDORS)
async def test_every_difference_is_one(twins: Twins, vendor: str) -> None:
    name = vendor.replace("_", "-")

    (_, by_hand), (_, by_file) = [
        await twins.walk(each, [1000], 60) for each in (name, f"{name}-yaml")
    ]

    differing = {
        field
        for one, other in zip(by_hand, by_file, strict=True)
        for field in one
        if one[field] != other[field]
    }
    assert differing - {"id", "backend", "attributes"} == DIFFERENCES[vendor].keys()


orders = st.sampled_from([None, "started_at", "-started_at"]) | st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from(_SORTABLE)),
    min_size=1,
    max_size=2,
    unique_by=lambda sort: sort[1],
).map(lambda sorts: ",".join(sign + field for sign, field in sorts))

questions = st.builds(
    Question,
    st.lists(
        st.tuples(st.sampled_from(_ASKED_OF), st.integers(0, _ROWS), st.integers(0, _ROWS)),
        max_size=3,
        unique_by=lambda drawn: drawn[0],
    ),
    orders,
)


@given(
    vendor=st.sampled_from(sorted(_VENDORS)),
    question=questions,
    limits=st.lists(st.sampled_from([1, 7, 20, 1000]), min_size=1, max_size=3).filter(
        lambda limits: max(limits) > 1
    ),
    ttl=st.sampled_from([0, 60]),
)
@settings(max_examples=examples(60))
async def test_both_answer_every_question_alike(
    twins: Twins, vendor: str, question: Question, limits: list[int], ttl: float
) -> None:
    name = vendor.replace("_", "-")
    _, everything = await twins.walk(name, [1000], 60)
    parameters, expected = question.asked_of(everything)

    pages, by_hand = await twins.walk(name, limits, ttl, **parameters)
    others, by_file = await twins.walk(f"{name}-yaml", limits, ttl, **parameters)

    assert compared(vendor, by_hand) == compared(vendor, by_file)
    assert [each.status for each in pages] == [each.status for each in others]
    if pages[0].status == 200:
        assert [each["id"] for each in by_hand] == expected
        assert [each.body["complete"] for each in pages] == [True] * len(pages)
        assert [each.body["complete"] for each in others] == [True] * len(pages)
