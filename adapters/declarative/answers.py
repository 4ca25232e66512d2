"""What a vendor says to a call, whatever the transport, and what that means by its status alone."""

from functools import cached_property
from http import HTTPStatus

import msgspec

from adapters.declarative.documents import Document
from adapters.toolkit.replies import decode_whatever, raise_for_status, retry_after
from gateway.spi import BadAnswer, ErrorCode, GiveUp, HttpReply, HttpRequest, TryAgainLater

_RAW = msgspec.json.Decoder(msgspec.Raw)

_NULL = msgspec.Raw(b"null")

_MISTAKES = frozenset({-32700, -32600, -32601, -32602})
"""JSON-RPC 2.0, 5.1: what was sent is no call of this server's."""

_INTERNAL_ERROR = -32603


class Answer:
    """An answer, of which it is not known yet whether it is a success.

    ``rpc_code`` is the code of a JSON-RPC error, ``status`` that of HTTP where that was spoken.
    """

    def __init__(
        self,
        what: str,
        *,
        exchange: tuple[HttpRequest, HttpReply] | None = None,
        document: Document | None = None,
        rpc_code: int | None = None,
    ) -> None:
        """Take what came over HTTP, or what a message held."""
        self.what = what
        self.rpc_code = rpc_code
        self._exchange = exchange
        self._document = document

    @cached_property
    def document(self) -> Document:
        """What it holds. Raises :class:`~gateway.spi.BadAnswer` for what is not JSON."""
        if self._document is not None:
            return self._document
        raw = _NULL if self._exchange is None else decode_whatever(*self._exchange, _RAW)
        return Document(self.what, raw)

    @property
    def status(self) -> int | None:
        """The status of HTTP."""
        return None if self._exchange is None else self._exchange[1].status

    @property
    def path(self) -> str:
        """The path that was asked for, where that was over HTTP."""
        return "" if self._exchange is None else self._exchange[0].path

    @property
    def wait_seconds(self) -> float | None:
        """How long the vendor asks to be left alone."""
        return None if self._exchange is None else retry_after(self._exchange[1])

    @property
    def is_doubtful(self) -> bool:
        """Whether a write that is answered so may have been carried out."""
        status = self.status or HTTPStatus.OK
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            return status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return self.rpc_code is not None and self.rpc_code not in _MISTAKES

    def header(self, name: str) -> str | None:
        """Give a header, if there is one."""
        return None if self._exchange is None else self._exchange[1].headers.get(name.lower())

    def raise_for_failure(self) -> None:
        """Raise the error that belongs to the status, or to the code of JSON-RPC."""
        if self._exchange is not None:
            raise_for_status(*self._exchange)
        if self.rpc_code is None:
            return
        message = f"{self.what}: JSON-RPC error {self.rpc_code}"
        if self.rpc_code in _MISTAKES:
            raise GiveUp(ErrorCode.PROTOCOL, message)
        if self.rpc_code == _INTERNAL_ERROR:
            raise TryAgainLater(ErrorCode.UPSTREAM_ERROR, message)
        raise BadAnswer(ErrorCode.UPSTREAM_ERROR, message)
