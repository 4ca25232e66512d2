"""The list of a Canopsis server: which documents it holds, and how they are written."""

import random
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
from multidict import MultiMapping

from adapters.simulators.canopsis.dialects import Manners
from adapters.simulators.canopsis.documents import Document

Row: TypeAlias = dict[str, Any]

_SECONDS = ("start", "last_ping", "last_visible_ping")


def filtered(documents: list[Document], query: MultiMapping[str], since: int) -> list[Document]:
    """Filter as final-06 shows; what is not named here is ignored (steps 15 and 27 to 32).

    A ping since then makes a session active.
    """
    if "started_after" in query or "stopped_before" in query:
        return []  # 18 to 25: it compares a text with a number
    if "usernames[]" in query:  # 9 to 17
        wanted = set(query.getall("usernames[]"))
        documents = [document for document in documents if document.username in wanted]
    if "active" not in query:
        return documents
    if query.getall("active")[-1] == "true":  # 4 and 26; of several the last counts (33)
        return [document for document in documents if document.is_active(since)]
    return [document for document in documents if document.is_inactive(since)]  # 5 to 8


def listed(documents: list[Document], manners: Manners) -> Mapping[str, object]:
    """Write a list as a server of these manners does."""
    if manners.is_shuffled:
        documents = random.Random(len(documents)).sample(documents, len(documents))
    if manners.is_rewritten:
        return {"sessions": [_rewritten(document) for document in documents]}
    rows = [_fractioned(each) for each in documents] if manners.has_fractions else documents
    return {"description": "Sessions", "sessions": rows}


def _fractioned(document: Document) -> Row:
    row: Row = msgspec.to_builtins(document)
    return row | {name: float(row[name]) for name in _SECONDS}


def _rewritten(document: Document) -> Row:
    """Write a document as the rewrite does: the log-in has another name, an account an id."""
    row: Row = msgspec.to_builtins(document)
    return row | {
        "id_beaker_session": "",
        "session_id": document.id.replace("-", "")[:24],
        "user_id": document.username,
        "last_visible_path": [] if row["last_visible_path"] == "None" else row["last_visible_path"],
    }
