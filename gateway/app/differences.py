"""What a new snapshot has changed, in the words of the log."""

from collections.abc import Collection, Iterator

from gateway.app.snapshot import Snapshot

_SECTIONS = ("server", "auth", "cursor", "cors", "plugins")


def differences(before: Snapshot, after: Snapshot) -> str:
    """Name the backends that are new, gone, or built anew, and the other parts that changed."""
    old = {each.backend.name: each.backend.identity for each in before.vendors}
    new = {each.backend.name: each.backend.identity for each in after.vendors}
    changed = [name for name in new if name in old and new[name] != old[name]]
    parts = [
        *_part("added", new.keys() - old.keys()),
        *_part("removed", old.keys() - new.keys()),
        *_part("changed", changed),
        *_part("other parts that changed", _sections(before, after)),
    ]
    return "; ".join(parts) or "nothing has changed"


def _part(what: str, names: Collection[str]) -> Iterator[str]:
    if names:
        yield f"{what}: {', '.join(sorted(names))}"


def _sections(before: Snapshot, after: Snapshot) -> list[str]:
    return [
        name
        for name in _SECTIONS
        if getattr(before.settings, name) != getattr(after.settings, name)
    ]
