"""What is installed, seen through real distributions on the import path."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from adapters.roundware import RoundwareAdapter
from adapters.simulators.roundware import RoundwareSimulator
from gateway.spi.registry import (
    ADAPTERS,
    SIMULATORS,
    NotUsableError,
    adapter_names,
    load_adapter,
    load_simulator,
    simulator_names,
)

BUILT_IN = ["canopsis", "cortex", "digital_samba", "ekran", "roundware"]

GOOD = """
from adapters.roundware import RoundwareAdapter

class Adapter(RoundwareAdapter):
    vendor = "acme"
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install distributions: their entry points, and the source of their one module."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(
        distribution: str, source: str = "", *, group: str = ADAPTERS, **points: str
    ) -> None:
        module = distribution.replace("-", "_")
        monkeypatch.delitem(sys.modules, module, raising=False)
        (tmp_path / f"{module}.py").write_text(source)
        _describe(tmp_path / f"{module}-1.0.dist-info", distribution, group, points)

    return install


def _describe(folder: Path, name: str, group: str, points: Mapping[str, str]) -> None:
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [f"{point} = {target}" for point, target in points.items()]
    (folder / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines]))


def refusal(name: str, load: Callable[[str], object] = load_adapter) -> str:
    """Load what must not load."""
    with pytest.raises(NotUsableError) as caught:
        load(name)
    return str(caught.value)


def test_the_built_in_adapters_and_their_simulators_are_registered() -> None:
    assert adapter_names() == BUILT_IN
    assert simulator_names() == BUILT_IN


def test_an_adapter_is_loaded_by_its_name() -> None:
    assert load_adapter("roundware") is RoundwareAdapter


def test_a_simulator_is_loaded_by_its_name() -> None:
    assert load_simulator("roundware") is RoundwareSimulator


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_adapter_is_one_and_its_simulator_names_it(name: str) -> None:
    assert load_adapter(name).vendor
    assert load_simulator(name)


def test_an_adapter_of_another_distribution_stands_beside_the_built_in_ones(
    install: Install,
) -> None:
    install("acme-good", GOOD, acme="acme_good:Adapter")

    assert adapter_names() == ["acme", *BUILT_IN]
    assert load_adapter("acme").vendor == "acme"


def test_listing_names_imports_nothing(install: Install) -> None:
    install("acme-lazy", "raise RuntimeError", acme="acme_lazy:Adapter")

    assert "acme" in adapter_names()
    assert "acme_lazy" not in sys.modules


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    known = ", ".join(BUILT_IN)

    assert refusal("acme") == f"no adapter acme is installed; installed are: {known}"
    assert refusal("acme", load_simulator) == (
        f"no simulator acme is installed; installed are: {known}"
    )


def test_a_name_in_two_distributions_is_refused_and_listed_once(install: Install) -> None:
    install("acme-one", GOOD, acme="acme_one:Adapter")
    install("acme-two", GOOD, acme="acme_two:Adapter")

    assert adapter_names() == ["acme", *BUILT_IN]
    assert refusal("acme") == "adapter acme is in acme-one and acme-two; uninstall all but one"
    assert load_adapter("roundware") is RoundwareAdapter


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("import nowhere_to_be_found", "acme_bad:Adapter", "ModuleNotFoundError"),
        ("", "acme_bad:Adapter", "AttributeError"),
        ("class (", "acme_bad:Adapter", "SyntaxError"),
        ("raise RuntimeError('secret')", "acme_bad:Adapter", "RuntimeError"),
        ("", "not a target", "AttributeError"),
    ],
)
def test_what_cannot_be_imported_names_the_kind_of_error_alone(
    install: Install, source: str, target: str, reason: str
) -> None:
    install("acme-bad", source, acme=target)

    assert refusal("acme") == f"adapter acme ({target}): not loaded: {reason}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("Adapter = 7", "is no SessionAdapter"),
        ("class Adapter: api = 1", "is no SessionAdapter"),
        (f"{GOOD}\nAdapter = Adapter.__init__", "is no SessionAdapter"),
        (
            f"{GOOD}    api = 2",
            "speaks version 2 of the adapter interface, this gateway version 1",
        ),
        (
            (
                "from gateway.spi import SessionAdapter\n"
                "class Adapter(SessionAdapter):\n"
                "    def endpoint(self): ..."
            ),
            "lacks fetch_page, normalise",
        ),
        (f"{GOOD}    options_model = dict", "has no options_model that is an AdapterOptions"),
        (f"{GOOD}    options_model = None", "has no options_model that is an AdapterOptions"),
    ],
)
def test_what_is_no_adapter_for_this_gateway_says_why(
    install: Install, source: str, reason: str
) -> None:
    install("acme-odd", source, acme="acme_odd:Adapter")

    assert refusal("acme") == f"adapter acme (acme_odd:Adapter) {reason}"


def test_a_simulator_must_be_something_to_call(install: Install) -> None:
    install("acme-sim", "factory = 7", group=SIMULATORS, acme="acme_sim:factory")

    assert refusal("acme", load_simulator) == (
        "simulator acme (acme_sim:factory) cannot be called to make one"
    )
