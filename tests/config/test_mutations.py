"""Whatever a file holds, loading it gives settings or says what is wrong."""

import re
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.config import ConfigurationError, Settings, load
from tests.config.test_example import EXAMPLE, variables

TEXT = "\n".join(
    line
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
    if line and not re.match(" *#", line)
)
SECRETS = {name: f"hidden-{name}-value" for name in variables()}

STRUCTURE = [
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    ", ",
    "#",
    "? ",
    "| ",
    "> ",
    "'",
    '"',
    "\\",
    "\n",
    "\n  ",
]
REFUSED = ["&a ", "*a", "!!str ", "<<: ", "\t", "%YAML", "---", "...", "\x07", "\ufeff", "[" * 99]
SCALARS = ["~", "null", "true", "no", "1e999", "9" * 40, "-1", ".inf", "nan", "é", "😀", "http://["]
REFERENCES = ["${env:CURSOR_KEY}", "${env:NONE}", "${file:x}", "${file:.}", "${"]
ESCAPES = ['"\\0"', '"\\ud800"', '"\\U7fffffff"', '"\\n"', '"\\u2028"']
TOKENS = st.sampled_from([*STRUCTURE, *REFUSED, *SCALARS, *REFERENCES, *ESCAPES])
VALUES = st.one_of(
    TOKENS,
    st.text(max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Change the example here and there: cut, put in, repeat, or replace a value."""
    text = TEXT
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        middle = draw(st.one_of(VALUES, st.just(text[start:end] * 2), st.just("")))
        text = text[:start] + middle + text[end:]
    return text


@st.composite
def revalued(draw: st.DrawFn) -> str:
    """Give some keys another value."""
    lines = TEXT.split("\n")
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[number].partition(": ")
        lines[number] = f"{key}{colon}{draw(VALUES)}"
    return "\n".join(lines)


@given(st.one_of(mutated(), revalued(), st.text()).map(lambda text: text.encode(errors="replace")))
def test_a_file_gives_settings_or_says_what_is_wrong(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.yaml"
        file.write_bytes(content)
        try:
            result: Settings | ConfigurationError = load(file, SECRETS)
        except ConfigurationError as error:
            result = error

    if isinstance(result, ConfigurationError):
        assert result.problems
        assert len(str(result).splitlines()) == len(result.problems)
        assert "hidden-" not in f"{result} {result!r}"


@given(st.binary(max_size=64))
def test_bytes_give_settings_or_say_what_is_wrong(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.yaml"
        file.write_bytes(content)
        try:
            load(file, {})
        except ConfigurationError as error:
            assert error.problems  # noqa: PT017  # most bytes are no configuration, not all
