"""What each key accepts, and the figures that each backend ends up with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.config import BackendLimits, SetBy, Settings
from tests.config.files import BACKENDS, loaded, refused

SHA = "0123456789abcdef" * 4


def keyed(**fields: str) -> str:
    """Write a configuration with one key."""
    written = {"name": "a", "sha256": f"'{SHA}'"} | fields
    entries = "".join(f"      {name}: {value}\n" for name, value in written.items())
    return f"auth:\n  keys:\n    -\n{entries}{BACKENDS}"


def test_a_backend_alone_is_a_configuration(tmp_path: Path) -> None:
    settings = loaded(tmp_path, BACKENDS)

    assert (settings.server.host, settings.server.port) == ("127.0.0.1", 8080)
    assert settings.server.deadline_s == 10
    assert settings.auth.keys == ()
    assert settings.auth.anonymous is False
    [backend] = settings.backends
    assert backend.enabled is True
    assert backend.timeout_s == 10
    assert backend.cache.ttl_s == 15
    assert backend.limits == BackendLimits(
        concurrency=8,
        max_body=16 * 1024 * 1024,
        concurrency_set_by=SetBy.NOBODY,
        max_body_set_by=SetBy.NOBODY,
    )


def test_options_are_what_the_adapter_reads(tmp_path: Path) -> None:
    options = loaded(tmp_path, BACKENDS).backends[0].options

    assert type(options).__name__ == "RoundwareOptions"
    assert options.url == "https://museum.example/api/2"
    assert options.model_dump()["token"].get_secret_value() == "tok-5e4d3c2b1a"


def test_defaults_hold_for_a_backend_that_says_nothing(tmp_path: Path) -> None:
    defaults = "{timeout_s: 3, cache: {ttl_s: 1}, limits: {concurrency: 2, max_body: 1MB}}"

    [backend] = loaded(tmp_path, f"defaults: {defaults}\n{BACKENDS}").backends

    assert (backend.timeout_s, backend.cache.ttl_s) == (3, 1)
    assert backend.limits == BackendLimits(
        concurrency=2,
        max_body=1_000_000,
        concurrency_set_by=SetBy.DEFAULTS,
        max_body_set_by=SetBy.DEFAULTS,
    )


def test_each_figure_of_a_backend_goes_before_its_default(tmp_path: Path) -> None:
    defaults = "defaults: {timeout_s: 3, cache: {ttl_s: 1}, limits: {concurrency: 2}}\n"
    own = "    timeout_s: 10\n    cache: {ttl_s: 0}\n    limits: {max_body: 2048}\n"

    [backend] = loaded(tmp_path, defaults + BACKENDS + own).backends

    assert (backend.timeout_s, backend.cache.ttl_s) == (10, 0)
    assert backend.limits == BackendLimits(
        concurrency=2,
        max_body=2048,
        concurrency_set_by=SetBy.DEFAULTS,
        max_body_set_by=SetBy.BACKEND,
    )


def test_the_address_of_a_command_line_goes_before_the_file(tmp_path: Path) -> None:
    text = f"server: {{host: localhost, port: 1, deadline_s: 5}}\n{BACKENDS}"

    server = loaded(tmp_path, text, host="::1", port=2).server

    assert (server.host, server.port, server.deadline_s) == ("::1", 2, 5)
    assert loaded(tmp_path, BACKENDS, port=2).server.port == 2


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1024", 1024),
        ("'1024'", 1024),
        ("1024B", 1024),
        ("2kB", 2000),
        ("2KiB", 2048),
        ("16MB", 16_000_000),
        ("16MiB", 16 * 1024 * 1024),
        ("16 MiB", 16 * 1024 * 1024),
        ("1GB", 1_000_000_000),
        ("1GiB", 1024 * 1024 * 1024),
    ],
)
def test_a_size_is_read_in_bytes(tmp_path: Path, size: str, expected: int) -> None:
    settings = loaded(tmp_path, f"defaults: {{limits: {{max_body: {size}}}}}\n{BACKENDS}")

    assert settings.defaults.limits.max_body == expected


def test_a_key_is_read(tmp_path: Path) -> None:
    text = keyed(
        sha256=f"'{SHA.upper()}'", backends="[museum]", expires="2027-01-31T01:00:00+01:00"
    )

    [key] = loaded(tmp_path, text).auth.keys

    assert key.name == "a"
    assert key.sha256 == SHA
    assert key.backends == ("museum",)
    assert key.actions == ("read",)
    assert key.expires is not None
    assert key.expires.utcoffset() == timedelta(hours=1)
    assert key.expires == datetime(2027, 1, 31, tzinfo=UTC)


def test_a_key_may_read_every_backend_for_ever_unless_it_says_otherwise(tmp_path: Path) -> None:
    [key] = loaded(tmp_path, keyed()).auth.keys

    assert (key.backends, key.actions, key.expires) == (("*",), ("read",), None)


OFFICE = """\
backends:
  - name: office
    adapter: ekran
    options: {url: "https://office.example/ekranapi"}
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("90d", timedelta(days=90)),
        ("P90D", timedelta(days=90)),
        ("36h", timedelta(hours=36)),
        ("PT36H", timedelta(hours=36)),
        ("'1h'", timedelta(hours=1)),
        ("36500d", timedelta(days=36_500)),
        ("null", None),
    ],
)
def test_a_horizon_is_a_length_of_time(
    tmp_path: Path, written: str, expected: timedelta | None
) -> None:
    settings = loaded(tmp_path, f"{OFFICE}    horizon: {written}\n")

    assert settings.backends[0].horizon == expected


@pytest.mark.parametrize("written", ["0h", "0d", "36501d", "P36501D"])
def test_a_horizon_out_of_bounds_is_a_problem(tmp_path: Path, written: str) -> None:
    problems = refused(tmp_path, f"{OFFICE}    horizon: {written}\n")

    assert problems == ["5:5: backends[0].horizon: must be from 1h to 36500d"]


@pytest.mark.parametrize(
    "written", ["90", "true", "P90", "T36H", "1.5d", "-1d", "90 d", "90D", "[]"]
)
def test_a_horizon_that_is_no_length_of_time_is_a_problem(tmp_path: Path, written: str) -> None:
    problems = refused(tmp_path, f"{OFFICE}    horizon: {written}\n")

    message = "must be a length of time, such as 90d, 36h or P90D"
    assert problems == [f"5:5: backends[0].horizon: {message}"]


def test_a_horizon_that_would_have_no_effect_is_refused(tmp_path: Path) -> None:
    problems = refused(tmp_path, f"{BACKENDS}    horizon: 90d\n")

    message = "has no effect: this vendor is not read by windows of time"
    assert problems == [f"5:5: backends[0].horizon: {message}"]


NUMBER = "must be a number"
WHOLE = "must be a whole number"
TEXT = "must be a text; put it in quotes"
SIZE = "must be a size, such as 16MiB, 16MB or a number of bytes"
INSTANT = "must be an instant with its offset, such as 2027-01-31T00:00:00Z"
NAME = "must match pattern '^[a-z0-9][a-z0-9-]{0,62}$'"
HEX = "must match pattern '^[0-9a-fA-F]{64}$'"


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("server", "host", "1", TEXT),
        ("server", "host", "[]", TEXT),
        ("server", "port", "-1", "must be greater than or equal to 0"),
        ("server", "port", "65536", "must be less than or equal to 65535"),
        ("server", "port", "1.5", WHOLE),
        ("server", "port", "true", NUMBER),
        ("server", "port", "http", WHOLE),
        ("server", "port", "[]", WHOLE),
        ("server", "port", "null", WHOLE),
        ("server", "deadline_s", "0.05", "must be greater than or equal to 0.1"),
        ("server", "deadline_s", "61", "must be less than or equal to 60"),
        ("server", "deadline_s", "10s", NUMBER),
        ("server", "deadline_s", "true", NUMBER),
        ("server", "deadline_s", "nan", "must be a finite number"),
        ("auth", "anonymous", "yes", "must be true or false"),
        ("auth", "anonymous", "1", "must be true or false"),
        ("auth", "keys", "a", "must be a list"),
        ("auth", "keys", "{}", "must be a list"),
        ("cursor", "keys", "null", "must be a list"),
        ("defaults", "timeout_s", "0", "must be greater than 0"),
        ("defaults", "timeout_s", "301", "must be less than or equal to 300"),
        ("defaults", "timeout_s", "inf", "must be a finite number"),
        ("defaults", "cache", "15", "must be a mapping of keys"),
        ("defaults", "cache", "null", "must be a mapping of keys"),
    ],
)
def test_a_value_out_of_bounds_is_a_problem_at_its_key(
    tmp_path: Path, section: str, key: str, value: str, message: str
) -> None:
    text = f"{section}:\n  {key}: {value}\n{BACKENDS}"

    assert refused(tmp_path, text) == [f"2:3: {section}.{key}: {message}"]


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("cache", "ttl_s", "-1", "must be greater than or equal to 0"),
        ("cache", "ttl_s", "86401", "must be less than or equal to 86400"),
        ("limits", "concurrency", "0", "must be greater than or equal to 1"),
        ("limits", "concurrency", "1001", "must be less than or equal to 1000"),
        ("limits", "max_body", "1023", "must be greater than or equal to 1024"),
        ("limits", "max_body", "2GiB", "must be less than or equal to 1073741824"),
        ("limits", "max_body", "16mb", SIZE),
        ("limits", "max_body", "1.5MiB", SIZE),
        ("limits", "max_body", "-1MiB", SIZE),
        ("limits", "max_body", "true", SIZE),
        ("limits", "max_body", "1e6", SIZE),
    ],
)
def test_a_figure_out_of_bounds_is_a_problem_wherever_it_stands(
    tmp_path: Path, section: str, key: str, value: str, message: str
) -> None:
    default = f"defaults:\n  {section}:\n    {key}: {value}\n{BACKENDS}"
    own = f"{BACKENDS}    {section}:\n      {key}: {value}\n"

    assert refused(tmp_path, default) == [f"3:5: defaults.{section}.{key}: {message}"]
    assert refused(tmp_path, own) == [f"6:7: backends[0].{section}.{key}: {message}"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("name", "7", TEXT),
        ("name", "''", "must have at least 1 character"),
        ("name", "a" * 65, "must have at most 64 characters"),
        ("sha256", "abc", HEX),
        ("sha256", f"'{SHA}0'", HEX),
        ("sha256", f"'{SHA[1:]}g'", HEX),
        ("backends", "[]", "must have a length of at least 1"),
        ("actions", "[]", "must have a length of at least 1"),
        ("backends", "'*'", "must be a list"),
        ("expires", "2027-01-31", INSTANT),
        ("expires", "2027-01-31T00:00:00", INSTANT),
        ("expires", "2027-01-31 00:00:00Z", INSTANT),
        ("expires", "1800000000", INSTANT),
        ("expires", "2027-13-31T00:00:00Z", "month must be in 1..12"),
    ],
)
def test_a_flaw_of_a_key_is_a_problem_at_its_place(
    tmp_path: Path, key: str, value: str, message: str
) -> None:
    text = keyed(**{key: value})
    line = text[: text.index(f"      {key}: ")].count("\n") + 1

    assert refused(tmp_path, text) == [f"{line}:7: auth.keys[0].{key}: {message}"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("all", "must not be all, which stands for every backend"),
        ("''", NAME),
        ("Museum", NAME),
        ("-a", NAME),
        ("a_b", NAME),
        ("a:b", NAME),
        ("a" * 64, NAME),
        ("'a\\n'", NAME),
        ("12", TEXT),
        ("null", TEXT),
    ],
)
def test_a_name_that_a_session_id_could_not_begin_with_is_refused(
    tmp_path: Path, name: str, message: str
) -> None:
    text = BACKENDS.replace("museum\n", f"{name}\n")

    assert refused(tmp_path, text) == [f"2:5: backends[0].name: {message}"]


@pytest.mark.parametrize("name", ["a", "0", "a-", "a" * 63, "all-of-it"])
def test_a_name_may_be_short_long_or_a_number(tmp_path: Path, name: str) -> None:
    text = BACKENDS.replace("museum\n", f"'{name}'\n")

    assert loaded(tmp_path, text).backends[0].name == name


def test_a_short_cursor_key_is_refused(tmp_path: Path) -> None:
    text = f"cursor:\n  keys: ['${{env:SHORT}}']\n{BACKENDS}"

    problems = refused(tmp_path, text, {"TOKEN": "t", "SHORT": "123456789012345"})

    assert problems == ["2:10: cursor.keys[0]: must have a length of at least 16"]


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = loaded(tmp_path, BACKENDS)

    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1  # type: ignore[misc]  # this is the test


def test_settings_can_be_shown_and_read_again_without_secrets(tmp_path: Path) -> None:
    text = f"cursor: {{keys: ['${{env:CURSOR_KEY}}']}}\n{BACKENDS}"
    settings = loaded(tmp_path, text)

    for shown in (str(settings), repr(settings), settings.model_dump_json()):
        assert "tok-5e4d3c2b1a" not in shown
        assert "cur-0123456789abcdef" not in shown
        assert "museum" in shown
    assert '"token":"**********"' in settings.model_dump_json()


def test_there_must_be_a_backend(tmp_path: Path) -> None:
    assert refused(tmp_path, "backends: []\n") == [
        "1:1: backends: must have a length of at least 1"
    ]
    assert refused(tmp_path, "server: {}\n") == ["1:1: backends: is missing"]
    assert "backends" in Settings.model_json_schema()["required"]
