"""A file and its model: all that is wrong is told at once, and where."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from gateway.documents.problems import ConfigurationError
from gateway.documents.reading import Finding, read_document


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Part):
    kind: Literal["cat"]
    lives: int


class Dog(Part):
    kind: Literal["dog"]
    name: str


class House(Part):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]
    door: str = ""
    rooms: int | tuple[int, ...] = 1


def doors_without_name(house: House) -> Iterator[Finding]:
    if not house.door:
        yield ("door",), "must be named"


def refused(folder: Path, text: str) -> list[str]:
    file = folder / "house.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_document(file, House, (doors_without_name,))
    return [str(problem).removeprefix(f"{file}") for problem in caught.value.problems]


def test_a_file_without_fault_is_what_its_model_reads(tmp_path: Path) -> None:
    file = tmp_path / "house.yaml"
    file.write_text("pet: {kind: cat, lives: 9}\ndoor: front\n")

    house = read_document(file, House, (doors_without_name,))

    assert house == House(pet=Cat(kind="cat", lives=9), door="front")


def test_a_fault_in_one_of_several_forms_is_told_at_its_own_place(tmp_path: Path) -> None:
    told = refused(tmp_path, "pet:\n  kind: cat\n  lives: many\n")

    assert told == [":3:3: pet.lives: must be a whole number"]


def test_a_key_that_one_of_several_forms_lacks_is_told_where_the_form_begins(
    tmp_path: Path,
) -> None:
    told = refused(tmp_path, "door: front\npet:\n  kind: dog\n")

    assert told == [":2:1: pet.name: is missing"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pet:\n  kind: cow\n", [":2:3: pet.kind: must be one of cat, dog"]),
        ("pet: {}\n", [":1:1: pet.kind: is missing; it must be one of cat, dog"]),
        ("pet: cat\n", [":1:1: pet: must be a mapping of keys"]),
        (
            "pet: {kind: dog, name: Rex, age: 3}\n",
            [":1:29: pet.age: unknown key; known keys here: kind, name"],
        ),
    ],
)
def test_one_of_several_forms_is_told_by_its_word(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    assert refused(tmp_path, text) == told


def test_of_several_forms_only_the_one_that_was_nearly_right_is_told(tmp_path: Path) -> None:
    listed = refused(tmp_path, "pet: {kind: cat, lives: 9}\nrooms: [2, two]\n")
    worded = refused(tmp_path, "pet: {kind: cat, lives: 9}\nrooms: two\n")

    assert listed == [":2:12: rooms[1]: must be a whole number"]
    assert worded == [":2:1: rooms: must be a whole number"]


def test_rules_speak_of_what_is_well_in_itself(tmp_path: Path) -> None:
    assert refused(tmp_path, "pet: {kind: cat, lives: 9}\n") == [":1:1: door: must be named"]


def test_a_repeated_key_is_told_beside_what_rules_find(tmp_path: Path) -> None:
    told = refused(tmp_path, "pet: {kind: cat, lives: 9, lives: 7}\n")

    assert told == [":1:1: door: must be named", ":1:28: pet.lives: given already at 1:18"]
