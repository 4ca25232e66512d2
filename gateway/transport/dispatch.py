"""Whether a request has begun to go out: what fails before has surely reached nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.spi import UpstreamError


@dataclass(slots=True)
class Dispatch:
    """The way of one request: a wire notes on it when the request begins to go out."""

    has_begun: bool = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Have every error that is raised say whether the request may have been received."""
        try:
            yield
        except UpstreamError as error:
            error.has_been_sent = self.has_begun
            raise
