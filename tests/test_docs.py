"""The documents hold: their links, their lists, and their examples."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from aiohttp import web

from gateway.config import load
from gateway.config.settings import BackendEntry, ConfigurationFile, Section
from gateway.model.report import BackendStatus, BackendWarning, ErrorCode
from gateway.spi.registry import adapter_names, load_adapter
from gateway.web.catalogue import CATALOGUE
from gateway.web.routes import routes
from tests.config.test_example import EXAMPLE, variables

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for place in ("*.md", "docs/**/*.md", "tests/**/*.md")
    for path in ROOT.glob(place)
    if "node_modules" not in path.parts
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", read(name), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    broken = [link for link in links if "://" not in link and not (document.parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("document", ["README.md", "docs/api.md"])
def test_every_route_is_told_and_none_besides(document: str) -> None:
    served = {
        re.sub(r":[^}]*}", "}", f"{route.method} {route.path}")
        for route in routes()
        if isinstance(route, web.RouteDef)
    }
    told = set(re.findall(r"`((?:GET|POST) /[^`?]*)`", read(document)))

    assert told == served


def test_what_is_personal_is_told_of_every_adapter() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", read("docs/operating.md"), re.MULTILINE)
    told = {name: sorted(re.findall("`([^`]+)`", words)) for name, words in rows}

    for backend in load(EXAMPLE, variables()).backends:
        adapter = load_adapter(backend.adapter)(backend.options)
        assert told[backend.adapter] == sorted(adapter.abilities().personal)


def test_every_word_of_a_report_is_told() -> None:
    text = read("docs/api.md")
    in_force = {
        *(f"`{code}`" for code in ErrorCode),
        *(f"`{warning}`" for warning in BackendWarning),
        *(f"`{status}`" for status in BackendStatus),
    }

    assert not {word for word in in_force if word not in text}


def test_every_kind_of_problem_is_told_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (`.*?`) \|", read("docs/api.md"), re.MULTILINE)

    told = {code: int(status) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}

    assert told == {code: kind.status.value for code, kind in CATALOGUE.items()}


def test_every_target_of_make_that_is_told_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))

    told = {
        name for path in DOCUMENTS for name in re.findall(r"`?make ([a-z]+)`?", path.read_text())
    }

    assert {"demo", "test", "check"} <= told & targets
    assert {name for name in told if f"make {name}" in read("CONTRIBUTING.md")} <= targets


def script(name: str) -> ModuleType:
    """Load one of the scripts that write documents."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_the_scorecards_say_what_the_code_says() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("docs/vendors/*")}

    assert written == script("scorecards").scorecards(), "write them anew with make docs"


def test_the_reference_of_the_configuration_says_what_the_models_say() -> None:
    written = read("docs/configuration.md")

    assert written == script("configuration").reference(), "write it anew with make docs"


def test_the_reference_tells_every_key_and_option_with_its_meaning() -> None:
    rows = [line.split(" | ") for line in read("docs/configuration.md").splitlines()]
    told = {row[0].strip("|` "): row[-1] for row in rows if len(row) > 1}
    sections: list[type[Section]] = [ConfigurationFile, BackendEntry, *Section.__subclasses__()]
    keys = {key for section in sections for key in section.model_fields}
    options = {o for name in adapter_names() for o in load_adapter(name).options_model.model_fields}

    assert (keys | options) - told.keys() == set()
    assert [key for key, meaning in told.items() if not meaning.strip("| ")] == []


def test_links_within_the_reference_lead_to_its_sections() -> None:
    page = read("docs/configuration.md")
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    anchors = {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles}

    links = re.findall(r"\]\(#([^)]+)\)", page)

    assert "defaultslimits" in links
    assert set(links) <= anchors


def test_what_becomes_of_faults_is_told_as_it_is_tested() -> None:
    written = read("docs/reliability.md")

    assert written == script("faults").with_faults(written), "write it anew with make docs"


def test_the_reference_tells_of_all_that_is_counted_logged_and_answered() -> None:
    reference, written = script("reference"), read("docs/operating.md")

    assert reference.events_logged() == reference.EVENTS.keys()
    assert reference.CODES.keys() == {*ErrorCode}
    assert reference.REMEDIES.keys() == {*BackendWarning}
    assert written == reference.with_reference(written), "write it anew with make docs"
