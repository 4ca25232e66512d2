"""The answers of a vendor's list that stand beside a file."""

from collections.abc import Iterator
from pathlib import Path

import jmespath
import msgspec

from adapters.declarative.language.spec import Spec
from gateway.spi.documents import ConfigurationError, Problem


def records_in(spec: Spec, folder: Path) -> Iterator[bytes]:
    """Give every record of the samples that a file names.

    Raises :class:`~gateway.spi.documents.ConfigurationError` for one that cannot be read.
    """
    for sample in spec.samples:
        for record in _records(spec, folder / sample):
            yield msgspec.json.encode(record)


def _records(spec: Spec, file: Path) -> list[object]:
    try:
        answer = msgspec.json.decode(file.read_bytes())
    except OSError as error:
        raise _refusal(file, f"cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise _refusal(file, "is no JSON") from error
    found = jmespath.search(spec.list.records, answer)
    if not isinstance(found, list):
        raise _refusal(file, f"holds no list at {spec.list.records}")
    return found


def _refusal(file: Path, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(file), None, None, "", message)])
