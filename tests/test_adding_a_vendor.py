"""The page on adding a vendor, followed word for word."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import load
from gateway.conformance.law import Law
from tests.support.consoles import Reader
from tests.support.gateway import running

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/adding-a-vendor.md").read_text(encoding="utf-8")
FILE, MODULE = PAGE.split("## In Python\n")


def block(title: str, language: str = "python") -> str:
    """Give the one block that begins with this title."""
    found = re.findall(rf"```{language}\n# {re.escape(title)}\n(.*?)```", PAGE, re.DOTALL)
    (text,) = found
    return str(text)


def said(containing: str) -> list[str]:
    """Give the lines of the last block that shows what is said."""
    blocks: list[str] = re.findall(r"```text\n(.*?)```", MODULE, re.DOTALL)
    *_, text = [each for each in blocks if containing in each]
    return text.splitlines()


def put_to_the_laws(folder: Path, test: str = "test_acme.py") -> str:
    """Run the page's command, and give what it says."""
    result = subprocess.run(  # noqa: S603  # our own interpreter and arguments
        [sys.executable, "-m", "pytest", test, "-p", "no:cacheprovider", "-q"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


def broken(output: str) -> set[str]:
    """Name the checks that are broken."""
    return set(re.findall(r"^(L\S+) is broken", output, re.MULTILINE))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the three files of the first two steps."""
    shutil.copy(ROOT / "examples/fake_acme.py", tmp_path)
    for name in ("acme_sessions.py", "test_acme.py"):
        (tmp_path / name).write_text(block(name), encoding="utf-8")
    return tmp_path


def take_the_third_step(folder: Path) -> None:
    """Put the methods in the place of ``fetch_page``, and the rest where it belongs."""
    module = folder / "acme_sessions.py"
    text = module.read_text(encoding="utf-8")
    begin, end = text.index("    async def fetch_page"), text.index("    def normalise")
    methods = block("acme_sessions.py, in place of fetch_page")
    module.write_text(
        block("acme_sessions.py, at its beginning")
        + text[:begin]
        + methods
        + "\n"
        + text[end:]
        + block("acme_sessions.py, at its end"),
        encoding="utf-8",
    )


def take_the_last_two_changes(folder: Path) -> None:
    module, test = folder / "acme_sessions.py", folder / "test_acme.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("Support.EXACT", "Support.INEXACT"), encoding="utf-8")
    text = test.read_text(encoding="utf-8")
    begin = text.index("        return Harness(")
    test.write_text(text[:begin] + block("test_acme.py, in place of the harness"), encoding="utf-8")


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_commands_of_the_first_half_say_what_it_shows(tmp_path: Path) -> None:
    port = f"{free_port()}"
    server = "python examples/fake_acme.py"
    reader = Reader(tmp_path, f"python {ROOT}/examples/fake_acme.py")

    page = FILE.replace(server, f"{server} {port}").replace("examples/", f"{ROOT}/examples/")
    reader.follow(page.replace("8701", port))

    assert reader.misled() == []
    assert len(reader.said) > 10


@pytest.fixture
def folder_of_the_file(tmp_path: Path) -> Path:
    """Write the file of the first half, its fake, and the test of the second."""
    shutil.copy(ROOT / "examples/fake_acme.py", tmp_path)
    (tmp_path / "acme.yaml").write_text(block("acme.yaml, now", "yaml"), encoding="utf-8")
    (tmp_path / "test_acme_file.py").write_text(block("test_acme_file.py"), encoding="utf-8")
    return tmp_path


def test_the_file_keeps_every_law_with_the_fake_by_hand(folder_of_the_file: Path) -> None:
    output = put_to_the_laws(folder_of_the_file, "test_acme_file.py")

    assert broken(output) == set(), output
    assert "failed" not in output


def test_a_file_that_is_too_sure_breaks_the_law_that_the_page_says(
    folder_of_the_file: Path,
) -> None:
    file = folder_of_the_file / "acme.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("eq: inexact", "eq: exact"))

    output = put_to_the_laws(folder_of_the_file, "test_acme_file.py")

    (line,) = re.findall(r"```text\n(L2\.each.*)\n```", MODULE)
    assert line in output
    assert broken(output) == {"L2.each"}


def test_the_least_adapter_breaks_the_laws_that_the_page_says(folder: Path) -> None:
    output = put_to_the_laws(folder)

    for line in said("L1.nothing_pushed"):
        assert line in output
    assert {law.partition(".")[0] for law in broken(output)} <= {
        "L1",
        "L4",
        "L6",
        "L11",
        "L12",
        "L13",
    }


def test_an_adapter_that_is_too_sure_breaks_the_laws_that_the_page_says(folder: Path) -> None:
    take_the_third_step(folder)

    output = put_to_the_laws(folder)

    assert broken(output) == {line.split(" ")[0] for line in said("L2.each")}
    for line in said("L2.each"):
        assert line in output


def test_the_adapter_at_the_end_of_the_page_keeps_every_law(folder: Path) -> None:
    take_the_third_step(folder)
    take_the_last_two_changes(folder)

    output = put_to_the_laws(folder)

    assert broken(output) == set(), output
    assert "failed" not in output


async def test_the_adapter_runs_in_the_gateway(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_third_step(folder)
    (points,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (configured,) = re.findall(r"```yaml\n(plugins: .*?)```", PAGE, re.DOTALL)
    distribution = folder / "acme_sessions-1.0.dist-info"
    distribution.mkdir()
    (distribution / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-sessions\nVersion: 1.0\n"
    )
    section = points.replace('project.entry-points."', "").replace('"]', "]").replace('"', "")
    (distribution / "entry_points.txt").write_text(section)
    monkeypatch.syspath_prepend(folder)
    fake = __import__("fake_acme").FakeAcme(30)
    address = await fake.start()
    file = folder / "gateway.yaml"
    file.write_text(configured.replace("https://acme.example/api", address))

    try:
        async with running(load(file, {"ACME_KEY": "made-up-key"}, port=0)) as gateway:
            pages = await gateway.walk([7])
            chosen = await gateway.get("/v1/sessions", user="IDA", limit=100)
    finally:
        await fake.stop()

    told = [session["native_id"] for page in pages for session in page.body["data"]]
    assert sorted(told) == sorted(visit.native_id for visit in fake.held())
    assert {session["user"]["name"] for session in chosen.body["data"]} == {"IDA"}


def test_every_law_is_told() -> None:
    assert re.findall(r"^\| (L\d+) ", PAGE, re.MULTILINE) == [law.value for law in Law]
