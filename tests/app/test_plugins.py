"""Adapters of other distributions, from a file to the answers of the built gateway."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from adapters.simulators.roundware import RoundwareSimulator
from gateway.config import ConfigurationError, Settings, load, warnings
from tests.support.adapters import noon
from tests.support.distributions import GOOD, SitePackages, site_packages
from tests.support.gateway import Gateway, running
from tests.web.writing import AUTH, WRITER

ROWS = 4
BROKEN = "import nowhere_to_be_found"
REASON = (
    "adapter acme (acme_sessions:Adapter): not loaded: ModuleNotFoundError: nowhere_to_be_found"
)
CONFIG = {"code": "config", "retryable": False, "retry_after_s": None}

Load = Callable[..., Settings]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SitePackages]:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    with site_packages(folder) as site:
        yield site


@pytest.fixture
async def read(tmp_path: Path) -> AsyncIterator[Load]:
    """Read a file of a built-in backend, a plugin's and one more of that which is switched off."""
    server = RoundwareSimulator(rows=ROWS, seed=1, clock=noon)
    given = server.options(await server.start())
    options = {**given, "token": "${env:TOKEN}"}
    file = tmp_path / "gateway.yaml"

    def read(plugins: str = "acme-sessions", **flags: bool) -> Settings:
        kiosk = f"{{name: kiosk, adapter: acme, operations: [create], options: {options}}}"
        file.write_text(
            f"server: {{port: 0}}\nplugins: [{plugins}]\nbackends:\n"
            f"- {{name: museum, adapter: roundware, options: {options}}}\n"
            f"- {kiosk}\n- {kiosk.replace('kiosk', 'off, enabled: false')}\n",
            encoding="utf-8",
        )
        environment = {"TOKEN": str(given["token"])}
        return load(file, environment, is_strict=flags.get("is_strict", False))

    yield read
    await server.stop()


async def kiosks(gateway: Gateway) -> tuple[str, str]:
    """Tell how the plugin's backend is reported on, and whose it is."""
    report = (await gateway.get("/v1/sessions")).body["backends"]["kiosk"]
    return report["status"], (await gateway.get("/v1/backends/kiosk")).body["data"]["vendor"]


async def test_a_plugin_that_is_let_in_serves_beside_the_others(
    site: SitePackages, read: Load
) -> None:
    site.install("acme-sessions", GOOD, acme="acme_sessions:Adapter")

    async with running(read()) as gateway:
        answer = await gateway.get("/v1/sessions", limit=100)

    assert answer.body["complete"]
    assert {session["vendor"] for session in answer.body["data"]} == {"roundware", "acme"}
    assert len(answer.ids) == 2 * ROWS


async def test_a_plugin_that_does_not_load_costs_its_own_backends_and_nothing_else(
    site: SitePackages, read: Load, caplog: pytest.LogCaptureFixture
) -> None:
    site.install("acme-sessions", BROKEN, acme="acme_sessions:Adapter")

    async with running(read()) as gateway:
        listed = [await gateway.get("/v1/sessions", limit=100) for _ in range(2)]
        alone = await gateway.get("/v1/sessions", backend="kiosk")
        one = await gateway.get("/v1/sessions/kiosk:1")
        planned = await gateway.get("/v1/sessions", explain="true")
        known = await gateway.get("/v1/backends")
        off = await gateway.get("/v1/sessions", backend=["museum", "off"])

    for answer in listed:
        report = answer.body["backends"]["kiosk"]
        assert (answer.status, len(answer.ids), answer.body["complete"]) == (200, ROWS, False)
        assert (report["status"], report["error"], report["requests"]) == ("failed", CONFIG, 0)
    assert alone.status == one.status == 502
    assert alone.body["backends"]["kiosk"]["error"] == CONFIG
    assert planned.body["plan"]["kiosk"]["error"] == CONFIG
    assert off.body["backends"]["off"]["status"] == "skipped"
    told = {each["name"]: each for each in known.body["data"]}
    assert told.keys() == {"museum", "kiosk"}
    assert told["kiosk"]["health"]["error"] == CONFIG
    assert (told["kiosk"]["vendor"], told["kiosk"]["capabilities"]) == ("acme", None)
    assert [line for line in caplog.messages if "acme" in line] == [
        f"backend kiosk: config: {REASON}"
    ]


async def test_nothing_is_written_to_a_backend_whose_plugin_does_not_load(
    site: SitePackages, read: Load
) -> None:
    site.install("acme-sessions", BROKEN, acme="acme_sessions:Adapter")
    settings = read().model_copy(update={"auth": AUTH})

    async with running(settings) as gateway:
        answers = [
            await gateway.post(path, body, headers=WRITER)
            for path, body in {
                "/v1/sessions": {"backend": "kiosk"},
                "/v1/sessions/kiosk:1/end": None,
            }.items()
        ]

    assert [answer.status for answer in answers] == [502, 502]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BROKEN, "not loaded: ModuleNotFoundError"),
        (f"{GOOD}    api = 2", "speaks version 2 of the adapter interface"),
        (
            "from gateway.spi import SessionAdapter\nclass Adapter(SessionAdapter): pass",
            "lacks endpoint, fetch_page, normalise",
        ),
        (f"{GOOD}    def abilities(self): return 1 / 0", "first use: ZeroDivisionError"),
    ],
)
def test_who_is_strict_is_told_of_every_backend_of_a_plugin_that_does_not_load(
    site: SitePackages, read: Load, source: str, reason: str
) -> None:
    site.install("acme-sessions", source, acme="acme_sessions:Adapter")

    with pytest.raises(ConfigurationError) as caught:
        read(is_strict=True)

    problems = caught.value.problems
    assert [problem.path for problem in problems] == ["backends[1].adapter", "backends[2].adapter"]
    assert [problem.line for problem in problems] == [5, 6]
    assert all(reason in problem.message for problem in problems)
    assert len(read().backends) == 3


def test_a_plugins_options_that_are_wrong_are_an_error_of_the_file(
    site: SitePackages, read: Load
) -> None:
    needy = f"{GOOD}\n\nclass Options(Adapter.options_model):\n    colour: str\n"
    install = f"{needy}\nAdapter.options_model = Options\n"
    site.install("acme-sessions", install, acme="acme_sessions:Adapter")

    with pytest.raises(ConfigurationError, match=r"backends\[1\].options.colour: is missing"):
        read()


@pytest.mark.parametrize(
    ("installed", "plugins", "message"),
    [
        (["acme-sessions"], "", "acme is of another distribution, acme-sessions; if you trust"),
        (
            ["acme-sessions", "acme-two"],
            "acme-sessions, acme-two",
            "acme is in acme-sessions and acme-two; take all but one out of plugins",
        ),
        ([], "", "no adapter acme is installed; installed are: canopsis,"),
        (["acme-sessions"], "'../x'", "plugins[0]: must match pattern"),
    ],
)
def test_what_only_an_operator_can_settle_is_an_error_of_the_file(
    site: SitePackages, read: Load, installed: list[str], plugins: str, message: str
) -> None:
    for name in installed:
        site.install(name, GOOD, acme=f"{name.replace('-', '_')}:Adapter")

    with pytest.raises(ConfigurationError) as caught:
        read(plugins)

    assert message in str(caught.value)


def test_a_plugin_that_is_not_installed_costs_its_own_backends_and_is_worth_a_remark(
    read: Load,
) -> None:
    settings = read()

    remarks = list(warnings(settings))

    assert len(settings.backends) == 3
    assert "plugins: acme-sessions is not installed" in remarks
    assert not any("account" in remark for remark in remarks)


async def test_a_reload_tries_again_and_begins_anew_with_what_is_installed_by_then(
    site: SitePackages, read: Load
) -> None:
    told = []
    async with running(read()) as gateway:
        told.append(await kiosks(gateway))
        for source in (BROKEN, GOOD):
            site.install("acme-sessions", source, acme="acme_sessions:Adapter")
            await gateway.reload(read())
            told.append(await kiosks(gateway))
        other = GOOD.replace('"acme"', '"acme two"')
        site.install("acme-two", other, acme="acme_two:Adapter")
        await gateway.reload(read("acme-two"))
        told.append(await kiosks(gateway))

    assert told == [("failed", "acme"), ("failed", "acme"), ("ok", "acme"), ("ok", "acme two")]
