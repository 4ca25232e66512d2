"""Where replicas share what they read: the address of a Redis, and what goes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config import Source, shown
from tests.config.files import BACKENDS, ENVIRONMENT, loaded, refused

CURSOR = 'cursor: {keys: ["${env:CURSOR_KEY}"]}\n'
KEYED = ENVIRONMENT


@pytest.mark.parametrize(
    "address",
    [
        "redis://cache",
        "redis://127.0.0.1:6379",
        "redis://[::1]:6379/15",
        "rediss://cache.internal:6380/0",
        "unix:///run/redis.sock",
        "unix:///run/redis.sock?db=3",
    ],
)
def test_an_address_is_taken_as_it_is(tmp_path: Path, address: str) -> None:
    text = f"shared_cache: {address}\n{CURSOR}{BACKENDS}"

    assert loaded(tmp_path, text, KEYED).shared_cache == address


def test_one_with_a_password_comes_by_reference_and_is_not_shown(tmp_path: Path) -> None:
    text = f'shared_cache: "${{env:CACHE}}"\n{CURSOR}{BACKENDS}'
    settings = loaded(tmp_path, text, {**KEYED, "CACHE": "redis://:SECRET@cache:6379/0"})

    assert settings.shared_cache == "redis://:SECRET@cache:6379/0"
    assert "SECRET" not in shown(settings) + repr(settings)
    assert "redis://**********@cache:6379/0" in shown(settings)


def test_a_password_in_the_file_is_refused(tmp_path: Path) -> None:
    text = f"shared_cache: redis://:SECRET@cache\n{CURSOR}{BACKENDS}"

    [problem] = refused(tmp_path, text, KEYED)

    assert problem.startswith("1:1: shared_cache: a password must not stand in the file")


@pytest.mark.parametrize(
    "address",
    [
        "cache:6379",
        "http://cache",
        "redis://",
        "redis://cache:0",
        "redis://cache:65536",
        "redis://cache/x",
        "redis://cache?socket_timeout=60",
        "unix://run/redis.sock",
        "6379",
    ],
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str) -> None:
    [problem] = refused(tmp_path, f"shared_cache: {address}\n{CURSOR}{BACKENDS}", KEYED)

    assert problem.startswith("1:1: shared_cache: must be ")


def test_replicas_need_keys_to_know_what_is_theirs(tmp_path: Path) -> None:
    assert refused(tmp_path, f"shared_cache: redis://cache\n{BACKENDS}") == [
        "1:1: shared_cache: needs cursor.keys, by which replicas know what is theirs"
    ]


def test_without_the_extra_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)  # as where it is not installed

    assert refused(tmp_path, f"shared_cache: redis://cache\n{CURSOR}{BACKENDS}", KEYED) == [
        "1:1: shared_cache: needs the package redis: pip install 'session-gateway[redis]'"
    ]


def test_the_library_is_not_loaded_where_nothing_is_shared() -> None:
    program = "import sys, gateway.app, gateway.cli.main; sys.exit('redis' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603  # our own


def test_to_change_it_takes_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYED.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "gateway.yaml"
    file.write_text(f"shared_cache: redis://one\n{CURSOR}{BACKENDS}", encoding="utf-8")
    source = Source(file)
    running = source.read()
    file.write_text(f"shared_cache: redis://other\n{CURSOR}{BACKENDS}", encoding="utf-8")

    reread = source.read_again(running)

    assert list(reread.kept) == ["shared_cache"]
    assert reread.settings.shared_cache == "redis://one"
