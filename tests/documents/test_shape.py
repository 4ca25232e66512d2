"""What models say about places in a file."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Discriminator, Field, SecretBytes, SecretStr, Tag

from gateway.documents.shape import place, secrets


class Login(BaseModel):
    user: str
    password: SecretStr


class Options(BaseModel):
    url: str = ""
    token: SecretStr | None = None
    pin: SecretBytes | None = None
    keys: tuple[Annotated[SecretStr, Field(min_length=1)], ...] = ()
    headers: dict[str, SecretStr] = {}
    login: Login | None = None
    logins: list[Login] = []


class Place(BaseModel):
    in_: str = Field(alias="in")
    at: str


class ByOffset(BaseModel):
    style: Literal["offset"]
    offset: Place
    size: Place
    order: Literal["link", "none"] = "none"
    in_: str = Field(default="", alias="in")


class ByLink(BaseModel):
    style: Literal["link"]


class Paged(BaseModel):
    pets: Annotated[ByOffset | ByLink, Field(discriminator="style")]
    way: Annotated[
        Annotated[Place, Tag("by hand")] | Annotated[Login, Tag("by word")],
        Discriminator(lambda _: "by hand"),
    ]
    number: int | tuple[int, ...] | None = None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"url": "a"}, []),
        ({"token": "a"}, [("token",)]),
        ({"token": 7}, [("token",)]),
        ({"token": None}, []),
        ({"pin": "a"}, [("pin",)]),
        ({"keys": ["a", "b"]}, [("keys", 0), ("keys", 1)]),
        ({"keys": "a"}, [("keys",)]),
        ({"headers": {"x": "a"}}, [("headers", "x")]),
        ({"login": {"user": "a", "password": "b"}}, [("login", "password")]),
        ({"logins": [{"user": "a"}, {"password": "b"}, 7]}, [("logins", 1, "password")]),
        ({"unknown": "a"}, []),
        ([], []),
        ("a", []),
        (None, []),
    ],
)
def test_every_value_that_a_model_takes_for_a_secret_is_found(
    value: object, found: list[object]
) -> None:
    assert list(secrets(Options, value, ())) == found


@pytest.mark.parametrize(
    ("location", "keys"),
    [
        ((), ("headers", "keys", "login", "logins", "pin", "token", "url")),
        (("login",), ("password", "user")),
        (("logins", 3), ("password", "user")),
        (("url",), ()),
        (("unknown", "further"), ()),
        (("pets", "offset"), ("in", "offset", "order", "size", "style")),
        (("pets", "offset", "offset"), ("at", "in")),
        (("pets", "link"), ("style",)),
        (("way", "by hand"), ("at", "in")),
        (("pets",), ()),
    ],
)
def test_the_keys_of_a_place_are_known_by_their_names_in_the_file(
    location: tuple[str | int, ...], keys: tuple[str, ...]
) -> None:
    model = Options if location[:1] not in (("pets",), ("way",)) else Paged

    assert place(model, {}, location).keys == keys


def test_the_words_that_tell_forms_apart_are_known() -> None:
    assert place(Paged, {}, ("pets",)).forms == ("offset", "link")
    assert place(Paged, {}, ("way",)).forms == ("by hand", "by word")


def test_a_form_stands_nowhere_in_the_file_though_a_key_has_its_name() -> None:
    value = {"pets": {"style": "offset", "offset": {"in": "x"}, "size": {"in": 3}}}

    assert place(Paged, value, ("pets", "offset", "size", "in")).path == ("pets", "size", "in")
    assert place(Paged, value, ("pets", "offset", "offset", "at")).path == ("pets", "offset", "at")
    assert place(Paged, value, ("pets", "offset", "more")).path == ("pets", "more")


def test_a_list_or_one_of_it_is_found_by_what_is_in_the_file() -> None:
    one, several = ("number", "int"), ("number", "tuple[int, ...]", 1)

    assert place(Paged, {"number": [1, "x"]}, several).path == ("number", 1)
    assert place(Paged, {"number": "x"}, one).path == ("number",)
    assert place(Paged, {"number": "x"}, one).is_form
    assert not place(Paged, {"number": [1, "x"]}, several).is_form
