"""What models say about places in a file."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, SecretBytes, SecretStr

from gateway.documents.shape import known_keys, secrets


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
    ("location", "known"),
    [
        ((), ["headers", "keys", "login", "logins", "pin", "token", "url"]),
        (("login",), ["password", "user"]),
        (("logins", 3), ["password", "user"]),
        (("url",), []),
        (("unknown", "further"), []),
    ],
)
def test_the_keys_of_a_place_are_known(location: tuple[str | int, ...], known: list[str]) -> None:
    assert known_keys(Options, location) == known
