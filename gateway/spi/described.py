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

    @property
    def samples(self) -> Sequence[Path]:
        """Give the paths of the samples that the file names, as it names them."""

    def samples_of(self, answers: Sequence[bytes]) -> Sequence[bytes]:
        """Make samples of answers of the vendor's list, which are JSON.

        They have the shapes of the answers and hold nobody's data: what is the same stays the same.
        """

    def misfits(self, sample: bytes) -> Sequence[str]:
        """Say what the file does not describe of a sample."""


class DescribedAdapter(SessionAdapter[TransportT]):
    """An adapter that can do nothing without a file."""

    @classmethod
    @abstractmethod
    def workbench(cls, file: Path) -> Workbench:
        """Read a file.

        Raises :class:`~gateway.spi.documents.ConfigurationError` with all that is wrong with it.
        """
