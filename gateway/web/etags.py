"""Entity tags: what tells whether an answer is still the one a client has."""

import hashlib
import re
from collections.abc import Sequence

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"[ \t]*{_TAG}(?:[ \t]*,[ \t]*{_TAG})*[ \t]*")
_ONE = re.compile(_TAG)


def weak_tag(content: bytes) -> str:
    """Make the tag of what an answer says; weak, since the same may be written in other ways."""
    return f'W/"{hashlib.blake2b(content, digest_size=16).hexdigest()}"'


def is_known(tag: str, if_none_match: Sequence[str]) -> bool:
    """Say whether a client has what a tag stands for, by the values of ``If-None-Match``."""
    text = ",".join(if_none_match)
    if text.strip() == "*":
        return True
    if not _TAGS.fullmatch(text):
        return False
    return _opaque(tag) in map(_opaque, _ONE.findall(text))


def _opaque(tag: str) -> str:
    """Leave out whether a tag is weak: that does not matter to what is only read."""
    return tag.removeprefix("W/")
