"""The options that a backend of a vendor in YAML has: the file, and what the file refers to."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    create_model,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from adapters.declarative.language.abilities import Filters
from adapters.declarative.language.mapping import Mapping as Map
from adapters.declarative.language.part import Part, references, substituted
from adapters.declarative.language.spec import OptionPart, Spec
from adapters.declarative.language.transport import JsonRpcWsTransport
from adapters.declarative.language.values import ZoneName
from gateway.spi import AdapterOptions, Json
from gateway.spi.documents import KeyPath

_COMMON = frozenset({"spec", "ca_file", "fingerprint_sha256", "allow_plaintext"})


def _as_text(value: Json) -> Json:
    """Read a number as it would be written: a port, an account."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else value


class DeclarativeOptions(AdapterOptions):
    """Which file says how to speak with the vendor, and what that file refers to.

    ``spec`` is the path of the file. The other options are those that it names.
    """

    model_config = ConfigDict(extra="allow")
    file_model = Spec

    spec: Path
    """The YAML file that describes the vendor. What it names is an option, too."""
    url: SkipJsonSchema[str] = Field(default="", exclude=True)
    """Where the vendor is: the file says that."""
    written: ClassVar[Spec]
    """What the file says."""

    @model_validator(mode="before")
    @classmethod
    def _take_the_address_from_the_file(cls, options: Json) -> Json:
        if not isinstance(options, dict) or not hasattr(cls, "written"):
            return options
        given = _defaults(cls.written) | {name: _as_text(value) for name, value in options.items()}
        if not named(cls.written).keys() <= given.keys():
            return options  # what is missing is told of each
        address = substituted(address_of(cls.written), {"options": given})
        return options | {"url": address}


def _number(text: str) -> str:
    try:
        is_length = 0 < float(text) < math.inf
    except ValueError:
        is_length = False
    if not is_length:
        raise ValueError("must be a number of seconds")
    return text


_PlainOption = Annotated[str, BeforeValidator(_as_text)]
_SecretOption = Annotated[SecretStr, BeforeValidator(_as_text)]
_TYPED: Mapping[str | int, Any] = {
    "zone": Annotated[ZoneName, BeforeValidator(_as_text)],
    "active_for_s": Annotated[str, AfterValidator(_number), BeforeValidator(_as_text)],
}


def options_of(spec: Spec) -> type[DeclarativeOptions]:
    """Make the model of the options that a file refers to."""
    declared = named(spec)
    fields: dict[str, Any] = {
        name: _field(option, _kind(spec, name, is_secret=option.secret))
        for name, option in declared.items()
    }
    model = create_model(
        f"{spec.vendor.id.title().replace('_', '')}Options", __base__=_Closed, **fields
    )
    model.__doc__ = f"The options of {spec.vendor.title}."
    model.written = spec
    return model


def named(spec: Spec) -> dict[str, OptionPart]:
    """Give the options of a file: those it describes, and those it only refers to."""
    told = {name: OptionPart() for kind, name in _references(spec) if kind == "options"}
    return {**told, **spec.options}


def secret_names(spec: Spec) -> frozenset[str]:
    """Name the options by which a caller is let in, but for who calls."""
    return frozenset(
        name for text in _credentials(spec) for kind, name in references(text) if kind == "options"
    )


def typed_texts(spec: Spec) -> Iterator[tuple[KeyPath, str]]:
    """Give the texts that stand for something else, with their places: zones, and a number."""
    parts = {field.alias or name: name for name, field in Map.model_fields.items()}
    for name, own in parts.items():
        for key in _TYPED:
            text = getattr(getattr(spec.map, own), str(key), None)
            if isinstance(text, str):
                yield ("map", name, key), text
    for name in Filters.model_fields:
        zone = getattr(getattr(spec.abilities.filters, name), "zone", None)
        if zone is not None:
            yield ("abilities", "filters", name, "zone"), zone


def values_of(options: DeclarativeOptions) -> dict[str, str]:
    """Give what each option stands for: secrets too."""
    return {name: _plain(getattr(options, name)) for name in named(options.written)}


def address_of(spec: Spec) -> str:
    """Give the address of the vendor, as it is written."""
    transport = spec.transport
    return transport.url if isinstance(transport, JsonRpcWsTransport) else transport.base_url


class _Closed(DeclarativeOptions):
    model_config = ConfigDict(extra="forbid")


def _kind(spec: Spec, name: str, *, is_secret: bool) -> Any:  # noqa: ANN401  # an annotation
    """Give the kind of an option: where it stands for a zone or a number, that."""
    for path, text in typed_texts(spec):
        if ("options", name) in references(text):
            return _TYPED[path[-1]]
    return _SecretOption if is_secret or name in secret_names(spec) else _PlainOption


def _field(option: OptionPart, kind: Any) -> tuple[Any, Any]:  # noqa: ANN401  # an annotation
    default: Any = ... if option.default is None else option.default
    return kind, Field(default=default, description=option.description, validate_default=True)


def _defaults(spec: Spec) -> dict[str, Json]:
    return {
        name: option.default for name, option in named(spec).items() if option.default is not None
    }


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _credentials(spec: Spec) -> Iterator[str]:
    """Give the texts by which a caller is let in: not the names of who calls."""
    transport = spec.transport
    if isinstance(transport, JsonRpcWsTransport):
        for call in transport.handshake:
            yield from texts_of(call.params)
        return
    who = {"kind", "name", "username", "client_id", "scope", "token_path"}
    yield from texts_of(transport.auth.model_dump(exclude=who))


def _references(spec: Spec) -> Iterator[tuple[str, str]]:
    for text in texts_of(spec.model_dump(exclude={"options"})):
        yield from references(text)


def texts_of(value: Json | Part) -> Iterator[str]:
    """Find every text in what a file says."""
    match value:
        case str():
            yield value
        case Mapping():
            for child in value.values():
                yield from texts_of(child)
        case list() | tuple():
            for child in value:
                yield from texts_of(child)
