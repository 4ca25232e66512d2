"""Adapters that are described by files, and what can be done with such a file."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from gateway.spi.adapter import SessionAdapter, TransportT
from gateway.spi.harness import Harness


class Workbench(Protocol):
    """One file, read and found to be in order."""

    @property
    def adapter(self) -> type[SessionAdapter[Any]]:
        """Give the adapter that the file describes; its ``options_model`` is that of the file."""

    def remarks(self) -> Sequence[str]:
        """Say what the file might say besides, and what comes of it that it does not."""

    def harness(self) -> Harness:
        """Give the adapter, and a fake vendor made from the file, to be put to the laws."""


class DescribedAdapter(SessionAdapter[TransportT]):
    """An adapter that can do nothing without a file."""

    @classmethod
    @abstractmethod
    def workbench(cls, file: Path) -> Workbench:
        """Read a file.

        Raises :class:`~gateway.spi.documents.ConfigurationError` with all that is wrong with it.
        """
