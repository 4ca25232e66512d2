"""Pages that show commands and what they say, followed word for word."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"```(?P<language>yaml|console)\n(?P<text>.*?)```", re.DOTALL)
_FILE = re.compile(r"# (?P<name>[\w.]+\.yaml)\b.*\n")
_ANYTHING = "..."
"""A line of a page that stands for any lines."""


@dataclass(frozen=True)
class Shown:
    """A command of a page, and what the page shows that it says."""

    command: str
    output: tuple[str, ...]

    def is_told_by(self, output: str) -> bool:
        """Say whether this is what the command said."""
        lines = (re.escape(line) + "\n" if line != _ANYTHING else "(?s:.*)" for line in self.output)
        return re.fullmatch("".join(lines), output) is not None


@dataclass
class Reader:
    """Somebody who does what a page says, in a folder, with one server in the background."""

    folder: Path
    server: str
    """How the command begins that goes on in a terminal of its own."""
    variables: dict[str, str] = field(default_factory=dict)
    said: list[tuple[Shown, str]] = field(default_factory=list)

    def follow(self, page: str) -> None:
        """Write the files of a page and run its commands, in order."""
        with contextlib.ExitStack() as stack:
            for found in _BLOCK.finditer(page):
                if found["language"] == "yaml":
                    self._write(found["text"])
                    continue
                for shown in _commands(found["text"]):
                    self.said.append((shown, self._run(shown.command, stack)))

    def misled(self) -> list[tuple[str, str]]:
        """Give the commands that say something else than the page, and what."""
        return [(s.command, output) for s, output in self.said if not s.is_told_by(output)]

    def _write(self, text: str) -> None:
        named = _FILE.match(text)
        if named is not None:
            (self.folder / named["name"]).write_text(text, encoding="utf-8")

    def _run(self, command: str, stack: contextlib.ExitStack) -> str:
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.variables[name] = value
            return ""
        if command.startswith(self.server):
            return stack.enter_context(self._started(command))
        result = subprocess.run(  # noqa: S603  # what the page says
            ["/bin/bash", "-c", command],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return result.stdout

    @contextlib.contextmanager
    def _started(self, command: str) -> Iterator[str]:
        process = subprocess.Popen(  # noqa: S603  # what the page says
            command.replace("python", sys.executable, 1).split(),
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment(),
        )
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()

    def _environment(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, **self.variables, "PATH": path, "PYTHONUNBUFFERED": "1"}


def _commands(text: str) -> Iterator[Shown]:
    for each in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *output = each.splitlines()
        yield Shown(command, tuple(output))
