"""What is hidden from a caller, and sessions without it.

What the gateway keeps is whole and shared by all callers, so it is taken out of each answer.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec import structs

from gateway.model.query import SEARCHED, AttributeAnyOf, Condition, Field
from gateway.model.session import Json, Session
from gateway.spi.abilities import ATTRIBUTES, HIDEABLE, Abilities

RAW = "raw"
PERSONAL = "personal"

_WHOLE = "attributes"
_BLANKS: Mapping[str, Json] = {**dict.fromkeys(HIDEABLE), "tags": (), _WHOLE: {}}
_NAMES = {Field.TAG: "tags"}  # that a condition has in the document, where they differ


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden in the sessions of one backend: fields, and attributes by folded paths.

    Letter case makes no difference to the name of an attribute, since to some vendors it does not.
    """

    fields: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()

    @classmethod
    def by(cls, words: Collection[str], abilities: Abilities) -> "Hidden":
        """Find what the words of a key hide, with the fields of the vendor that tell the same."""
        names = {*words} - {RAW, PERSONAL}
        if PERSONAL in words:
            names |= abilities.personal
        paths = {name.removeprefix(ATTRIBUTES) for name in names if name.startswith(ATTRIBUTES)}
        fields = frozenset(name for name in names if not name.startswith(ATTRIBUTES))
        paths |= {each for name in fields for each in (name, *abilities.origins.get(name, ()))}
        return cls(fields, frozenset(path.casefold() for path in paths))

    def has_field(self, asked: Field) -> bool:
        """Say whether a field is hidden whole."""
        return _NAMES.get(asked, asked.value) in self.fields

    def has_attribute(self, name: str) -> bool:
        """Say whether an attribute is hidden, or lies in one that is."""
        return _WHOLE in self.fields or any(_lies_in(name, path) for path in self.attributes)

    def taken_from(self, session: Session) -> Session:
        """Give the session as if nobody had told the vendor what is hidden."""
        attributes: Json = session.attributes
        for path in self.attributes:
            attributes = _without(attributes, path)
        inferred = tuple(name for name in session.inferred if name not in self.fields)
        blanks = {name: _BLANKS[name] for name in self.fields}
        return structs.replace(
            session, **{"attributes": attributes, **blanks, "inferred": inferred}
        )


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is hidden from one caller: the words of the key, and what they mean by backend."""

    words: frozenset[str] = frozenset()
    backends: Mapping[str, Hidden] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, words: Iterable[str], backends: Mapping[str, Abilities]) -> "Redaction":
        """Work out what the words of a key mean for the backends that it may see."""
        hiding = frozenset(words)
        return cls(hiding, {name: Hidden.by(hiding, able) for name, able in backends.items()})

    @property
    def forbids_raw(self) -> bool:
        """Say whether records must not be given as they came: they hold whatever is hidden."""
        return bool(self.words)

    @property
    def searched(self) -> tuple[Field, ...]:
        """Give the fields that a search may look into.

        They are the same for all backends, whichever are asked, so that the parts of an answer
        fit together.
        """
        every = self.backends.values()
        return tuple(each for each in SEARCHED if not any(one.has_field(each) for one in every))

    def hides(self, asked: Field, backends: Iterable[str]) -> bool:
        """Say whether a field is hidden in any of these backends."""
        return any(one.has_field(asked) for one in self._hidden_in(backends))

    def hides_subject(self, condition: Condition, backends: Iterable[str]) -> bool:
        """Say whether what a condition is about is hidden in any of these backends."""
        if isinstance(condition, AttributeAnyOf):
            return any(one.has_attribute(condition.name) for one in self._hidden_in(backends))
        return self.hides(condition.field, backends)

    def redacted(self, session: Session) -> Session:
        """Give a session without what is hidden from the caller."""
        return self.backends[session.backend].taken_from(session) if self.words else session

    def _hidden_in(self, backends: Iterable[str]) -> list[Hidden]:
        return [self.backends[name] for name in backends if name in self.backends]


NOTHING_HIDDEN = Redaction()


def _lies_in(name: str, path: str) -> bool:
    """Say whether a name is this path, or one that begins with it."""
    folded = name.casefold()
    return folded == path or folded.startswith(f"{path}.")


def _without(value: Json, path: str) -> Json:
    """Give a value with null wherever the path leads; a list has it in each of its objects.

    A list in a list goes altogether: no path leads through it.
    """
    match value:
        case dict():
            return {name: _veiled(name, each, path) for name, each in value.items()}
        case list():
            return [None if isinstance(each, list) else _without(each, path) for each in value]
        case _:
            return value


def _veiled(name: str, value: Json, path: str) -> Json:
    if _lies_in(name, path):
        return None
    # A name may hold dots itself, so every name that the path begins with is gone into.
    beginning = f"{name.casefold()}."
    return _without(value, path.removeprefix(beginning)) if path.startswith(beginning) else value
