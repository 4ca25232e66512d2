"""The systemd unit, by systemd's own checks."""

import sys
from pathlib import Path

from tests.deploy.parts import DEPLOY, run, tool

UNIT = DEPLOY / "session-gateway.service"
INSTALLED = "/opt/session-gateway/bin/session-gateway"
MOST_EXPOSED = 1.5
"""Of 10, by systemd's count: below 2 it speaks of a service that is well protected."""


def here(folder: Path) -> Path:
    """Copy the unit, with the program where it is on this machine."""
    program = Path(sys.executable).with_name("session-gateway")
    unit = folder / UNIT.name
    unit.write_text(UNIT.read_text().replace(INSTALLED, str(program)))
    return unit


def test_systemd_takes_the_unit_without_a_word(tmp_path: Path) -> None:
    assert run(tool("systemd-analyze", "systemd"), "verify", here(tmp_path)) == ""


def test_the_service_can_reach_little(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze", "systemd")

    run(
        analyze,
        *("security", "--offline=true", f"--threshold={int(MOST_EXPOSED * 10)}"),
        *("--no-pager", here(tmp_path)),
    )


def test_a_reload_is_what_the_gateway_takes_for_one() -> None:
    assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in UNIT.read_text()
