"""One write to one backend: sent once, and what is known of it afterwards."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.federation.backend import Backend, Failed
from gateway.federation.changes import Change
from gateway.federation.flaws import FLAWLESS, Flaws
from gateway.federation.sending_once import SendingOnce
from gateway.federation.translating import translated
from gateway.model.report import ErrorCode
from gateway.spi.adapter import Context, Done, Refused, Unclear, Write
from gateway.spi.errors import GiveUp, UpstreamError


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A write was carried out.

    ``change`` is the session as it is now: none where the vendor does not tell it apart, or its
    record is no session, which is then rejected.
    """

    change: Change | None
    is_new: bool
    as_of: datetime
    requests: int
    flaws: Flaws = FLAWLESS


class Attempt:
    """Carries out a write.

    It is sent once, or once more where the vendor did nothing but ask for a new log-in.
    """

    def __init__(self, backend: Backend, write: Write) -> None:
        self.backend = backend
        self.has_begun = False
        """Whether the adapter has been told to, so that the vendor may have been sent something."""
        self._write = write
        self._requests = 0

    async def make(self) -> Written | Refused | Failed:
        """Carry it out. Where nobody knows whether the vendor did, that is why it failed."""
        outcome = await self.backend.call(self._send)
        return await self._read(outcome) if isinstance(outcome, Done) else outcome

    def unknown(self, why: str) -> UpstreamError:
        """Say that nobody knows whether it was carried out."""
        message = f"{self._write.operation.value}: {why}"
        return GiveUp(ErrorCode.WRITE_OUTCOME_UNKNOWN, message)

    async def _send(self, context: Context[Any]) -> Done | Refused:
        self.has_begun = True
        once = SendingOnce(context.transport)
        try:
            with translated():
                outcome = await self.backend.adapter.write(
                    self._write, replace(context, transport=once)
                )
        except UpstreamError as error:
            if error.has_been_sent:
                raise self.unknown(str(error)) from error
            raise
        finally:
            self._requests += once.requests
        if isinstance(outcome, Unclear):
            raise self.unknown("the vendor did not say what became of it")
        return outcome

    async def _read(self, done: Done) -> Written:
        """Read what the write brought. Whatever that is, the vendor has carried it out."""
        written = Written(
            change=None, is_new=done.is_new, as_of=self.backend.now(), requests=self._requests
        )
        if done.record is None:
            return written
        page = await self.backend.mapped(done.record)
        if isinstance(page, Failed) or not page.sessions:
            return replace(written, flaws=Flaws(rejected=1))
        if self._write.native_id not in (None, page.sessions[0].native_id):
            return replace(written, flaws=Flaws(rejected=1))
        change = (page.sessions[0], page.records[0])
        return replace(written, change=change, flaws=page.flaws)
