"""From a file to the adapter that it describes."""

import functools
from dataclasses import dataclass, field
from pathlib import Path

from adapters.declarative.language.spec import Spec
from adapters.declarative.options import DeclarativeOptions, options_of
from adapters.declarative.rules import findings
from gateway.spi.documents import read_document


@dataclass(frozen=True, slots=True)
class _Written:
    """What a file says, equal where it says the same."""

    text: str
    spec: Spec = field(compare=False)


def options_model_of(file: Path) -> type[DeclarativeOptions]:
    """Give the model of the options of a file; the same one as long as it says the same.

    Raises :class:`~gateway.spi.documents.ConfigurationError` with all that is wrong with the file.
    """
    spec = read_document(file, Spec, (findings,))
    return _model(_Written(spec.model_dump_json(), spec))


# What is built from equal settings is carried over a reload, so equal files have one model.
@functools.lru_cache(maxsize=256)
def _model(written: _Written) -> type[DeclarativeOptions]:
    return options_of(written.spec)
