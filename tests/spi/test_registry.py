"""What is installed, seen through real distributions on the import path."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.roundware import RoundwareAdapter
from adapters.simulators.roundware import RoundwareSimulator
from gateway.spi import SessionAdapter
from gateway.spi.registry import (
    SIMULATORS,
    NotUsableError,
    PluginError,
    adapter_names,
    blaming_adapter,
    load_adapter,
    load_simulator,
    missing,
    simulator_names,
    tried,
)
from tests.support.distributions import GOOD, SitePackages, site_packages

VENDORS = ["canopsis", "cortex", "digital_samba", "ekran", "roundware"]
BUILT_IN = sorted([*VENDORS, "declarative"])
ACME = ("acme-good", "acme-lazy", "acme-one", "acme-two", "acme-bad", "acme-odd")

Install = Callable[..., None]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SitePackages]:
    with site_packages(tmp_path) as site:
        yield site


@pytest.fixture
def install(site: SitePackages) -> Install:
    return site.install


def loaded(name: str, plugins: Sequence[str] = ACME) -> type[SessionAdapter[Any]]:
    return load_adapter(name, plugins)


def refusal(name: str, load: Callable[[str], object] = load_adapter) -> str:
    """Load what must not be configured."""
    with pytest.raises(NotUsableError) as caught:
        load(name)
    return str(caught.value)


def trouble(name: str = "acme", plugins: Sequence[str] = ACME) -> str:
    """Load a plugin that does not load."""
    with pytest.raises(PluginError) as caught:
        load_adapter(name, plugins)
    return str(caught.value)


def test_the_built_in_adapters_and_their_simulators_are_registered() -> None:
    assert adapter_names() == BUILT_IN
    assert simulator_names() == VENDORS


def test_an_adapter_is_loaded_by_its_name() -> None:
    assert load_adapter("roundware") is RoundwareAdapter


def test_a_simulator_is_loaded_by_its_name() -> None:
    assert load_simulator("roundware") is RoundwareSimulator


@pytest.mark.parametrize("name", VENDORS)
def test_every_built_in_adapter_is_one_and_its_simulator_names_it(name: str) -> None:
    assert load_adapter(name).vendor
    assert load_simulator(name)


def test_an_adapter_of_another_distribution_stands_beside_the_built_in_ones(
    install: Install,
) -> None:
    install("acme-good", GOOD, acme="acme_good:Adapter")

    assert adapter_names(["acme-good"]) == ["acme", *BUILT_IN]
    assert load_adapter("acme", ["acme-good"]).vendor == "acme"
    assert load_adapter("roundware", ["acme-good"]) is RoundwareAdapter


@pytest.mark.parametrize("spelling", ["acme-good", "Acme_Good", "acme.good"])
def test_a_distribution_is_let_in_however_its_name_is_spelt(
    install: Install, spelling: str
) -> None:
    install("Acme-Good", GOOD, acme="acme_good:Adapter")

    assert load_adapter("acme", [spelling]).vendor == "acme"


def test_what_nobody_let_in_is_neither_listed_nor_imported_and_says_how_to_let_it_in(
    install: Install,
) -> None:
    install("acme-lazy", "raise RuntimeError", acme="acme_lazy:Adapter")

    assert adapter_names() == BUILT_IN
    assert refusal("acme") == (
        "adapter acme is of another distribution, acme-lazy; if you trust that with your"
        " sessions, name it in plugins"
    )
    assert "acme_lazy" not in sys.modules


def test_what_nobody_let_in_takes_no_name_from_others(install: Install) -> None:
    install("acme-good", GOOD, acme="acme_good:Adapter")
    install("acme-evil", "raise RuntimeError", acme="acme_evil:A", roundware="acme_evil:B")

    assert load_adapter("acme", ["acme-good"]).vendor == "acme"
    assert load_adapter("roundware") is RoundwareAdapter


def test_a_distribution_without_a_name_harms_nobody(site: SitePackages) -> None:
    install, metadata = site.install, site.folder / "acme_lost-1.0.dist-info" / "METADATA"
    install("acme-lost", GOOD, acme="acme_lost:Adapter")
    metadata.write_text("", encoding="utf-8")

    assert adapter_names() == BUILT_IN
    assert "an unnamed distribution" in refusal("acme")
    assert load_adapter("roundware") is RoundwareAdapter


def test_listing_names_imports_nothing(install: Install) -> None:
    install("acme-lazy", "raise RuntimeError", acme="acme_lazy:Adapter")

    assert "acme" in adapter_names(["acme-lazy"])
    assert "acme_lazy" not in sys.modules


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    adapters, simulators = ", ".join(BUILT_IN), ", ".join(VENDORS)

    assert refusal("acme") == f"no adapter acme is installed; installed are: {adapters}"
    assert refusal("acme", load_simulator) == (
        f"no simulator acme is installed; installed are: {simulators}"
    )


def test_a_name_in_two_distributions_is_refused_and_listed_once(install: Install) -> None:
    install("acme-one", GOOD, acme="acme_one:Adapter")
    install("acme-two", GOOD, acme="acme_two:Adapter")

    assert adapter_names(ACME) == ["acme", *BUILT_IN]
    assert refusal("acme", loaded) == (
        "adapter acme is in acme-one and acme-two; take all but one out of plugins"
    )
    assert load_adapter("roundware", ACME) is RoundwareAdapter
    assert load_adapter("acme", ["acme-two"]).__module__ == "acme_two"


def test_a_plugin_that_takes_a_built_in_name_is_refused(install: Install) -> None:
    install("acme-one", GOOD, roundware="acme_one:Adapter")

    assert refusal("roundware", loaded) == (
        "adapter roundware is in acme-one and session-gateway; take acme-one out of plugins"
    )


def test_an_unknown_name_may_be_of_a_plugin_that_is_not_installed() -> None:
    known = ", ".join(BUILT_IN)

    assert missing(["acme-good", "session-gateway", "PyYAML"]) == ["acme-good"]
    assert trouble("acme", ["acme-good"]) == (
        f"no adapter acme is installed; installed are: {known}; of plugins there is no acme-good"
    )


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("import nowhere.at_all", "acme_bad:Adapter", "ModuleNotFoundError: nowhere"),
        ("", "acme_bad:Adapter", "AttributeError"),
        ("class (", "acme_bad:Adapter", "SyntaxError"),
        ("raise RuntimeError('secret')", "acme_bad:Adapter", "RuntimeError"),
        ("raise SystemExit", "acme_bad:Adapter", "SystemExit"),
        ("", "not a target", "AttributeError"),
    ],
)
def test_what_cannot_be_imported_names_the_kind_of_error_alone(
    install: Install, source: str, target: str, reason: str
) -> None:
    install("acme-bad", source, acme=target)

    assert trouble() == f"adapter acme ({target}): not loaded: {reason}"


@pytest.mark.parametrize("source", ["import nowhere_to_be_found", f"{GOOD}    api = 2"])
def test_what_did_not_load_is_tried_again_as_it_is_installed_then(
    install: Install, source: str
) -> None:
    install("acme-bad", source, acme="acme_bad:Adapter")
    trouble()

    install("acme-bad", GOOD, acme="acme_bad:Adapter")

    assert load_adapter("acme", ACME).vendor == "acme"


def test_what_others_use_of_a_plugin_stays_when_a_part_of_it_does_not_load(
    install: Install,
) -> None:
    both = f"{GOOD}\nclass Old(Adapter):\n    api = 0\n"
    install("acme-good", both, acme="acme_good:Adapter", old="acme_good:Old")
    used = load_adapter("acme", ACME)

    trouble("old")

    assert load_adapter("acme", ACME) is used


@pytest.mark.parametrize(
    ("methods", "reason"),
    [
        ("def abilities(self): raise KeyError('secret')", "KeyError"),
        ("def abilities(self): return None", "TypeError"),
        ("def endpoint(self): return 'https://acme.example'", "TypeError"),
        ("def __init__(self): pass", "TypeError"),
    ],
)
def test_what_breaks_at_its_first_use_is_blamed_on_its_plugin(
    install: Install, methods: str, reason: str
) -> None:
    install("acme-odd", f"{GOOD}    {methods}", acme="acme_odd:Adapter")
    adapter = load_adapter("acme", ACME)
    options = adapter.options_model.model_validate({"url": "https://a.example", "token": "t"})

    with pytest.raises(PluginError) as caught, blaming_adapter("acme", ACME):
        tried(adapter, options)

    assert str(caught.value) == f"adapter acme (acme_odd:Adapter): at its first use: {reason}"


def test_what_breaks_in_this_distribution_is_no_plugins_fault() -> None:
    with pytest.raises(NotUsableError) as caught, blaming_adapter("roundware", ACME):
        raise KeyError("secret")

    assert "at its first use: KeyError" in str(caught.value)


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
        ("class Adapter: pass", "is no SessionAdapter"),
        (f"{GOOD}    vendor = None", "has no vendor that is a text"),
        (f"{GOOD}    options_model = dict", "has no options_model that is an AdapterOptions"),
        (f"{GOOD}    options_model = None", "has no options_model that is an AdapterOptions"),
    ],
)
def test_what_is_no_adapter_for_this_gateway_says_why(
    install: Install, source: str, reason: str
) -> None:
    install("acme-odd", source, acme="acme_odd:Adapter")

    assert trouble() == f"adapter acme (acme_odd:Adapter) {reason}"


def test_a_simulator_must_be_something_to_call(install: Install) -> None:
    install("acme-sim", "factory = 7", group=SIMULATORS, acme="acme_sim:factory")

    assert refusal("acme", load_simulator) == (
        "simulator acme (acme_sim:factory) cannot be called to make one"
    )
