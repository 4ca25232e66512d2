"""From a file to all that is wrong with it."""

from pathlib import Path

import pytest

from gateway.config import ConfigurationError, Problem, load
from tests.config.files import BACKENDS, ENVIRONMENT, LITERAL_SECRET, loaded, refused

ROUNDWARE_KEYS = (
    "active_window_s, allow_plaintext, ca_file, fingerprint_sha256, full_list_every_s, token, url"
)


def failure(file: Path) -> ConfigurationError:
    """Load a file that must not load."""
    with pytest.raises(ConfigurationError) as caught:
        load(file, ENVIRONMENT)
    return caught.value


def test_a_problem_says_where_it_is_and_what_it_is_about(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(BACKENDS.replace('"${env:TOKEN}"', '"${env:OTHER}"'))

    error = failure(file)

    message = "the environment variable OTHER is not set"
    assert error.problems == (Problem(str(file), 4, 52, "backends[0].options.token", message),)
    assert str(error) == f"{file}:4:52: backends[0].options.token: {message}"


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
server: {port: 99999, host: 0.0.0.0, workers: 0, colour: red, port: 1}
auth: {keys: [{name: a, sha256: zz, backends: [nope]}]}
cursor: {keys: [literal-literal-literal]}
cache: {}
backends:
  - name: museum
    adapter: roundware
    options: {url: "https://a.example", token: literal, token: "${env:NONE}", zz: 1}
  - name: museum
    adapter: nobody
    timeout_s: 0
  - adapter: roundware
    options: {url: "https://a.example/${env:TOKEN}", active_window_s: many}
"""

    assert refused(tmp_path, text, {}) == [
        "1:10: server.port: must be less than or equal to 65535",
        "1:38: server.workers: must be greater than or equal to 1",
        (
            "1:50: server.colour: unknown key; known keys here:"
            " deadline_s, host, lame_duck_s, port, state_dir, tls, trusted_proxies, workers"
        ),
        "1:63: server.port: given already at 1:10",
        "2:25: auth.keys[0].sha256: must match pattern '^[0-9a-fA-F]{64}$'",
        "2:48: auth.keys[0].backends[0]: no such backend; the backends are: museum, or * for all",
        f"3:17: cursor.keys[0]: {LITERAL_SECRET}",
        (
            "4:1: cache: unknown key; known keys here:"
            " auth, backends, cors, cursor, defaults, plugins, server, shared_cache"
        ),
        f"8:41: backends[0].options.token: {LITERAL_SECRET}",
        "8:57: backends[0].options.token: given already at 8:41",
        f"8:79: backends[0].options.zz: unknown key; known keys here: {ROUNDWARE_KEYS}",
        "9:5: backends[1].name: must differ from backends[0].name",
        (
            "10:5: backends[1].adapter: no adapter nobody is installed; installed are:"
            " canopsis, cortex, declarative, digital_samba, ekran, roundware"
        ),
        "11:5: backends[1].timeout_s: must be greater than 0",
        "12:5: backends[2].name: is missing",
        "13:5: backends[2].options.token: is missing",
        (
            "13:15: backends[2].options.url:"
            " a reference must be the whole value; it cannot stand inside a longer text"
        ),
        "13:54: backends[2].options.active_window_s: must be a number",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "1:1: must be a mapping of keys"),
        ("a text\n", "1:1: must be a mapping of keys"),
        ("---\n", "2:1: must be a mapping of keys"),
        ("", "1:1: the file is empty"),
        ("# nothing\n", "2:1: the file is empty"),
        ("a: [\n", "2:1: not YAML: expected the node content, but found '<stream end>',"),
        (f"? [a]\n: 1\n{BACKENDS}", "1:3: a key must be a text"),
        ("server: 1\n", "1:1: server: must be a mapping of keys"),
        ("backends: 1\n", "1:1: backends: must be a list"),
        ("backends: [1]\n", "1:12: backends[0]: must be a mapping of keys"),
        ("backends: {a: 1}\n", "1:1: backends: must be a list"),
        ("backends: [{name: a}]\n", "1:12: backends[0].adapter: is missing"),
        (
            "backends: [{name: a, adapter: 7}]\n",
            "1:22: backends[0].adapter: must be a text; put it in quotes",
        ),
        (
            "backends: [{name: a, adapter: roundware, options: 7}]\n",
            "1:42: backends[0].options: must be a mapping of keys",
        ),
        (
            "backends: [{name: a, adapter: roundware}]\n",
            "1:12: backends[0].options.url: is missing",
        ),
        (
            f"{BACKENDS}    option: {{}}\n",
            (
                "5:5: backends[0].option: unknown key; known keys here: adapter, cache, enabled,"
                " horizon, limits, name, operations, options, proxy, timeout_s"
            ),
        ),
        (
            f"auth: {{keys: [{{nam: a}}]}}\n{BACKENDS}",
            "1:15: auth.keys[0].name: is missing",
        ),
        (
            f'"a key\\nof two lines": 1\n{BACKENDS}',
            '1:1: ["a key\\nof two lines"]: unknown key; known keys here: auth,',
        ),
        (f"<<: {{a: 1}}\n{BACKENDS}", '1:1: ["<<"]: merge keys (<<) are not read'),
        (f"server: &a {{port: 1}}\n{BACKENDS}", "1:1: server: anchors (&name) are not read"),
        (f"server: *a\n{BACKENDS}", "1:1: server: aliases (*name) are not read"),
        (
            BACKENDS.replace("https://museum.example", "http://museum.example"),
            "4:5: backends[0].options: url is not encrypted (http:)",
        ),
    ],
)
def test_a_problem_is_told_at_its_place(tmp_path: Path, text: str, problem: str) -> None:
    [first, *_] = refused(tmp_path, text)

    assert first.startswith(problem)


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"a: 1\nb: \xff\n", ":2:4", "cannot be read: not UTF-8"),
        (b"\xef\xbb\xbfa: \xff\n", ":1:4", "cannot be read: not UTF-8"),
        ("a: 1\n".encode("utf-16"), ":1:1", "cannot be read: not UTF-8"),
        (b"# " + b"x" * 1024 * 1024, "", "cannot be read: larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_small_text_is_a_problem(
    tmp_path: Path, content: bytes, place: str, message: str
) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_bytes(content)

    assert str(failure(file)) == f"{file}{place}: {message}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.yaml", "cannot be read: no such file or directory"),
        (".", "cannot be read: is a directory"),
        ("x" * 300, "cannot be read: file name too long"),
        ("a\0b", "cannot be read: no such name"),
    ],
)
def test_a_file_that_cannot_be_opened_is_a_problem(tmp_path: Path, name: str, message: str) -> None:
    file = tmp_path / name

    assert failure(file).problems == (Problem(str(file), None, None, "", message),)


def test_a_problem_of_the_whole_file_has_no_line(tmp_path: Path) -> None:
    file = tmp_path / "absent.yaml"

    assert str(failure(file)) == f"{file}: cannot be read: no such file or directory"


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"\ufeff{BACKENDS}").backends[0].name == "museum"


def test_a_reference_that_leads_nowhere_is_told_once(tmp_path: Path) -> None:
    options = "{url: 'wss://localhost:6868', client_id: a, client_secret: '${env:NONE}'}"
    text = f"backends: [{{name: a, adapter: cortex, options: {options}}}]\n"

    [problem] = refused(tmp_path, text)

    assert problem.endswith("client_secret: the environment variable NONE is not set")


def test_a_problem_stays_on_its_line(tmp_path: Path) -> None:
    text = 'backends: [{name: a, adapter: "a\\n\\e[2J\\L\\u200f"}]\n'

    [problem] = refused(tmp_path, text)

    assert "no adapter a\\n\\x1b[2J\\u2028\\u200f is installed" in problem


def test_a_disabled_backend_is_checked_too(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{BACKENDS}    enabled: false\n").backends[0].enabled is False

    text = BACKENDS.replace("${env:TOKEN}", "${env:NONE}") + "    enabled: false\n"
    assert len(refused(tmp_path, text)) == 1


def test_a_file_may_be_named_by_a_text(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(BACKENDS)

    assert load(str(file), ENVIRONMENT) == load(file, ENVIRONMENT)
