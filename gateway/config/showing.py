"""A configuration as it is in force, to be looked at: nothing secret stands in it."""

import re

import yaml

from gateway.config.settings import Settings
from gateway.documents import scalars
from gateway.documents.tree import select
from gateway.spi import Json

MASK = "**********"

_INTERNAL = {
    "backends": {"__all__": {"limits": {"concurrency_set_by", "rate_set_by", "max_body_set_by"}}}
}
_CREDENTIALS_IN_A_URL = re.compile(r"(?<=://)[^/@\s]*@")


def shown(settings: Settings) -> str:
    """Write every key with the value that is in force, secrets masked, as YAML.

    References are followed and defaults filled in. It is a configuration file again, but for the
    masks.
    """
    tree = settings.model_dump(mode="json", exclude=_INTERNAL)
    for _, key in select(tree, "auth.keys[]"):
        key["sha256"] = MASK
    tree["backends"] = [_named_first(backend) for backend in tree["backends"]]
    return yaml.dump(_veiled(tree), Dumper=_Writer, sort_keys=False, allow_unicode=True)


def _named_first(backend: dict[str, Json]) -> dict[str, Json]:
    return {name: backend[name] for name in ("name", "adapter", "options")} | backend


def _veiled(value: Json) -> Json:
    """Mask what a URL says of who calls."""
    match value:
        case dict():
            return {key: _veiled(child) for key, child in value.items()}
        case list():
            return [_veiled(child) for child in value]
        case str():
            return _CREDENTIALS_IN_A_URL.sub(f"{MASK}@", value)
    return value


class _Writer(yaml.SafeDumper):
    """Writes texts so that they are read as texts, by this gateway and by YAML of any version."""

    def ignore_aliases(self, data: object) -> bool:
        """Write everything out: a file of ours has no aliases."""
        del data
        return True


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar(
        "tag:yaml.org,2002:str", text, style=None if _is_plain(text) else '"'
    )


def _is_plain(text: str) -> bool:
    try:
        # Some line breaks would be written as they are, and read as blanks.
        return text.isprintable() and bool(scalars.plain(text) == text)
    except ValueError:
        return False


_Writer.add_representer(str, _text)
