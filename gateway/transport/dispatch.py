"""How a request goes out: what fails before it begins to has surely reached nobody."""

from dataclasses import dataclass
from types import TracebackType

from gateway.spi import UpstreamError


@dataclass(slots=True)
class Dispatch:
    """The way of one request: a wire notes on it when the request begins to go out.

    ``is_over_kept``: it goes over a connection that was kept from an earlier one.
    ``is_unanswered``: the connection ended, and no byte of an answer had come.
    """

    has_begun: bool = False
    is_over_kept: bool = False
    is_unanswered: bool = False

    @property
    def has_met_dead_connection(self) -> bool:
        """Say whether the request most likely failed because nobody was there any more."""
        return self.is_over_kept and self.is_unanswered

    def __enter__(self) -> None:
        """Have every error that is raised say whether the request may have been received."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, UpstreamError):
            error.has_been_sent = self.has_begun
