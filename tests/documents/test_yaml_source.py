"""The strict YAML reader."""

import pytest

from gateway.documents.yaml_source import NotYamlError, parse


def flaws(text: str) -> list[str]:
    """Read a text and give its flaws as ``path: message``."""
    return [f"{flaw.path}: {flaw.message}" for flaw in parse(text).flaws]


def test_values_are_read_as_they_are_written() -> None:
    document = parse('a: [1, two, {b: no}]\n"c": "1"\nd:\n1: |\n  x\n  y\n')

    assert document.tree == {"a": [1, "two", {"b": "no"}], "c": "1", "d": None, "1": "x\ny\n"}
    assert document.flaws == ()


def test_every_place_is_known_by_its_key_or_its_item() -> None:
    document = parse("# first\na:\n  - x\n  -   b: 1\n      c: {d: 2}\n")

    assert document.positions == {
        (): (2, 1),
        ("a",): (2, 1),
        ("a", 0): (3, 5),
        ("a", 1): (4, 7),
        ("a", 1, "b"): (4, 7),
        ("a", 1, "c"): (5, 7),
        ("a", 1, "c", "d"): (5, 11),
    }


def test_the_first_of_equal_keys_is_kept_and_the_others_are_flaws() -> None:
    document = parse("a: 1\nb: 0\na: 2\n'a': 3\n")

    assert document.tree == {"a": 1, "b": 0}
    assert [(flaw.position, flaw.message) for flaw in document.flaws] == [
        ((3, 1), "given already at 1:1"),
        ((4, 1), "given already at 1:1"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\n", "('a',): anchors (&name) are not read; leave it out"),
        ("a: &x {b: 1}\n", "('a',): anchors (&name) are not read; leave it out"),
        ("&x a: 1\n", "('a',): anchors (&name) are not read; leave it out"),
        ("a: *x\n", "('a',): aliases (*name) are not read; write the value out"),
        ("a: [*x]\n", "('a', 0): aliases (*name) are not read; write the value out"),
        ("a: !!str 1\n", "('a',): tags (!name) are not read; leave it out"),
        ("a: ! 1\n", "('a',): tags (!name) are not read; leave it out"),
        ("a: !!python/object:os.system {}\n", "('a',): tags (!name) are not read; leave it out"),
        ("a: !!set [b]\n", "('a',): tags (!name) are not read; leave it out"),
        ("<<: {a: 1}\n", "('<<',): merge keys (<<) are not read; write the keys out"),
        ("a: 1e999\n", "('a',): too large for a number; put a text in quotes"),
        ('a: "\\0"\n', "('a',): holds a character that no text may hold"),
        ('a: "\\uD800"\n', "('a',): holds a character that no text may hold"),
    ],
)
def test_what_has_two_readings_is_a_flaw(text: str, expected: str) -> None:
    assert flaws(text) == [expected]


def test_a_quoted_merge_key_is_a_key() -> None:
    document = parse('"<<": 1\n')

    assert document.tree == {"<<": 1}
    assert document.flaws == ()


def test_a_few_aliases_do_not_grow() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )

    document = parse(bomb)

    assert document.tree["i"] == [None] * 9
    assert len(document.flaws) == 81


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "the file is empty"),
        ("# only a comment\n", 2, 1, "the file is empty"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document begins here; a file has one"),
        ("a: [1\nb: 2\n", 2, 2, "not YAML: expected ',' or ']'"),
        ("a: 'x\n", 2, 1, "not YAML: found unexpected end of stream"),
        ("a: 1\n  b: 2\n", 2, 4, "not YAML: mapping values are not allowed here"),
        ("a:\n\t- 1\n", 2, 1, "not YAML: found character '\\t' that cannot start any token"),
        ("a: @x\n", 1, 4, "not YAML: found character '@' that cannot start any token"),
        ("a: 1\nb: \x07\n", 2, 4, "not YAML: the character U+0007 is not allowed"),
        ("{[a]: 1}\n", 1, 2, "a key must be a text"),
        ("? {a: b}\n: 1\n", 1, 3, "a key must be a text"),
        ("*a : 1\n", 1, 1, "a key must be a text"),
        ("[" * 5000, 1, 34, "nested more than 32 deep"),
        ("- " * 5000, 1, 67, "nested more than 32 deep"),
        ('a: "\\U00110000"\n', 1, 7, "not YAML: no such character or version"),
        ('a: "\\UFFFFFFFF"\n', 1, 7, "not YAML: no such character or version"),
        (f"%YAML 1.{'1' * 5000}\n---\na: 1\n", 1, 9, "not YAML: no such character or version"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(NotYamlError) as caught:
        parse(text)

    assert str(caught.value).startswith(message)
    assert caught.value.position == (line, column)


def test_a_syntax_error_does_not_quote_the_file() -> None:
    with pytest.raises(NotYamlError) as caught:
        parse('token: "hunter2" hunter3\n')

    assert "hunter" not in str(caught.value)
    assert caught.value.__suppress_context__
