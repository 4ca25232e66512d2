"""What ``docker compose up`` starts: each file is looked at by the program that reads it."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from gateway.config import load
from tests.deploy.parts import DEPLOY, ROOT, run, tool

COMPOSE = DEPLOY / "compose.yaml"
FILES = DEPLOY / "compose"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """Copy all of it, and fill in what nobody has but who runs it."""
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    shutil.copytree(ROOT / "dashboards", tmp_path / "dashboards")
    shutil.copy(FILES / "example.env", tmp_path / "deploy" / ".env")
    (tmp_path / "deploy" / "compose" / "metrics.key").write_text("a key")
    return tmp_path / "deploy"


def test_compose_takes_the_file(copied: Path) -> None:
    command = tool("docker-compose", "docker-compose")

    assert run(command, "--file", copied / COMPOSE.name, "config", "--quiet", cwd=copied) == ""


def test_every_file_that_is_mounted_is_there(copied: Path) -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    mounts = [each for service in services.values() for each in service.get("volumes", ())]
    files = [each.partition(":")[0] for each in mounts if each.startswith(".")]

    assert files
    assert [name for name in files if not (copied / name).exists()] == []


def test_every_image_of_others_is_of_one_version() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    images = [each["image"] for each in services.values() if "build" not in each]

    assert [name for name in images if not re.search(r":v?\d+(\.\d+)*(-\w+)?$", name)] == []


def test_the_gateway_takes_its_configuration_with_what_the_example_tells_to_fill_in() -> None:
    text = (FILES / "gateway.yaml").read_text()
    named = set(re.findall(r"\$\{env:(\w+)\}", text))
    told = set(re.findall(r"^(\w+)=$", (FILES / "example.env").read_text(), re.MULTILINE))
    hashes = {name: f"{number:064x}" for number, name in enumerate(named) if "SHA256" in name}

    settings = load(FILES / "gateway.yaml", dict.fromkeys(named, "x" * 32) | hashes)

    assert named == told
    assert settings.shared_cache


def test_prometheus_takes_its_configuration() -> None:
    promtool = tool("promtool", "prometheus")

    assert "SUCCESS" in run(promtool, "check", "config", "--syntax-only", FILES / "prometheus.yaml")


def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    nginx = tool("nginx", "nginx-light", "/usr/sbin")
    own = tmp_path / "nginx.conf"
    own.write_text(f"pid {tmp_path}/nginx.pid;\n{(FILES / 'nginx.conf').read_text()}")

    run(nginx, "-t", "-q", "-e", tmp_path / "error.log", "-p", tmp_path, "-c", own)


def test_what_is_filled_in_is_never_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()

    assert {"/deploy/.env", "/deploy/compose/metrics.key"} <= set(ignored)
