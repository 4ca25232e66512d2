"""The file as a whole."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from adapters.declarative.language.abilities import AbilitiesPart
from adapters.declarative.language.calls import GetCall, ListCall, Writes
from adapters.declarative.language.mapping import Mapping
from adapters.declarative.language.outcomes import ErrorRule
from adapters.declarative.language.part import Name, Part
from adapters.declarative.language.transport import Transport


class VendorPart(Part):
    """Whose sessions these are."""

    id: Name
    """The vendor's name in every session, such as orbitlab."""
    title: str
    """Its name for people."""


class OptionPart(Part):
    """An option that a backend of this vendor has in the configuration."""

    description: str | None = None
    """What it is for."""
    secret: bool = False
    """Whether nobody may see it. What the authentication refers to is secret anyway."""
    default: str | None = None
    """What holds where a backend does not say; left out, it has to."""


class CachePart(Part):
    """How long what was read serves, unless the configuration of a backend says otherwise."""

    ttl_s: Annotated[float, Field(ge=0, le=86400)] | None = None
    """How many seconds as it is."""
    stale_while_revalidate_s: Annotated[float, Field(ge=0, le=86400)] | None = None
    """How many seconds more while it is read anew."""
    stale_if_error_s: Annotated[float, Field(ge=0, le=86400)] | None = None
    """How many seconds beyond the first where reading it anew fails."""


class Spec(Part):
    """An adapter: how to speak with one vendor, and what its records mean."""

    spec: Literal[1]
    """The version of this language."""
    vendor: VendorPart
    """Whose sessions these are."""
    options: dict[Name, OptionPart] = Field(default_factory=dict)
    """What is to be said of the options. One that is only referred to is required."""
    transport: Transport
    """How the vendor is reached."""
    list: ListCall
    """The call that lists sessions."""
    get: GetCall | None = None
    """The call that tells more of one session."""
    writes: Writes = Writes()
    """What can be done to sessions."""
    map: Mapping
    """How a record becomes a session."""
    personal: tuple[str, ...] = ()
    """What tells of a person, beside user and device: attributes, or attributes.NAME."""
    abilities: AbilitiesPart = AbilitiesPart()
    """What the vendor can do itself."""
    errors: tuple[ErrorRule, ...] = ()
    """What answers mean that are no success; the first rule that fits counts."""
    cache: CachePart = CachePart()
    """How long what was read serves."""
    samples: tuple[Path, ...] = ()
    """Files with answers of the vendor's list, beside this one, by which the mapping is tested."""
