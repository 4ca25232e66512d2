"""Keys that a file may name but that nothing heeds yet.

Asking for one is an error: it is better to stop than to seem to obey. The values beside each are
the only ones accepted. Deleting a line puts its key in force.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

from gateway.documents.tree import KeyPath, select
from gateway.spi import Json

NOT_YET_IN_FORCE: Mapping[str, Sequence[Json]] = {
    "shared_cache": [None],
}


def refusals(tree: Json) -> Iterator[tuple[KeyPath, str]]:
    """Find what is asked for though it is not in force, and say what is."""
    for pattern, accepted in NOT_YET_IN_FORCE.items():
        for path, value in select(tree, pattern):
            if not any(_is(value, each) for each in accepted):
                words = " and ".join(map(json.dumps, accepted))
                verb = "is" if len(accepted) == 1 else "are"
                yield path, f"only {words} {verb} in force yet"


def _is(value: Json, accepted: Json) -> bool:
    if isinstance(accepted, int) and isinstance(value, str):
        return value == str(accepted)  # a reference brings a number as its digits
    return bool(value == accepted)
