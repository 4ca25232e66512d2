"""Letting a call in: by its key, as often as that key may call, from wherever it comes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from gateway.web.addresses import Network, client_address, subject_of
from gateway.web.callers import Caller, Keyring
from gateway.web.problems import Problem
from gateway.web.rates import Limiter, Quota, SharedQuotas, Standing

FAILURES = Quota("failures", requests=60, seconds=60)
"""How often an address may call without a good key before it is told to wait.

A good key is let in all the same: it is too long to be guessed, and others behind the same
address may not shut its owner out. What is saved is the work for those who have none.
"""

_FOR, _FORWARDED = FORWARDING = ("X-Forwarded-For", "Forwarded")
"""The headers in which a proxy says for whom it calls."""

_DETAIL = "Too many calls; Retry-After says in how many seconds there may be one more."


class AdmissionOutcome(StrEnum):
    """What becomes of somebody who asks to be let in.

    Who is locked out has tried too often without a good key.
    """

    ADMITTED = "admitted"
    REFUSED = "refused"
    LOCKED_OUT = "locked_out"
    RATE_LIMITED = "rate_limited"


class Admitted(NamedTuple):
    """Somebody who was let in, and where they stand with the rate of their key, if it has one."""

    caller: Caller
    standing: Standing | None = None


class Admission:
    """Names callers by their keys, and holds them to their rates."""

    def __init__(  # noqa: PLR0913  # what a configuration says of callers, each by its name
        self,
        keyring: Keyring,
        *,
        rates: Mapping[str, Quota],
        failures: Quota = FAILURES,
        trusted_proxies: Sequence[Network],
        timer: Callable[[], float],
        admissions: Counter[str] | None = None,
        before: "Admission | None" = None,
        shared: SharedQuotas | None = None,
    ) -> None:
        """Take the rates by the names of callers; who has none may call as often as they like.

        ``failures`` is how often an address may call without a good key. What was called before
        is counted where the rate is the same. Every call is counted in ``admissions`` by what came
        of it. Rates that are ``shared`` hold for all replicas; where nobody counts for them, each
        holds callers to its own.
        """
        self._keyring = keyring
        self._shared = shared
        self._trusted_proxies = trusted_proxies
        self._admissions: Counter[str] = Counter() if admissions is None else admissions
        self.failures: Limiter = Limiter(failures, timer) if before is None else before.failures
        known: Mapping[str, Limiter] = {} if before is None else before.rates
        self.rates: Mapping[str, Limiter] = {
            name: known[name]
            if name in known and known[name].quota == quota
            else Limiter(quota, timer)
            for name, quota in rates.items()
        }

    async def admit(self, request: web.Request, clock: Callable[[], datetime]) -> Admitted:
        """Let a call in, or raise a 401 or 429."""
        try:
            caller = self._keyring.caller(request.headers, clock)
        except Problem as problem:
            raise self._failed(request, problem) from None
        limiter = self.rates.get(caller.name)
        if limiter is None:
            self._admissions[AdmissionOutcome.ADMITTED] += 1
            return Admitted(caller)
        standing = await self._spent_of_all(caller.name) or limiter.spend(caller.name)
        if not standing.is_within:
            self._admissions[AdmissionOutcome.RATE_LIMITED] += 1
            raise _too_many(standing)
        self._admissions[AdmissionOutcome.ADMITTED] += 1
        return Admitted(caller, standing)

    async def _spent_of_all(self, name: str) -> Standing | None:
        return None if self._shared is None else await self._shared.spend(name)

    def _failed(self, request: web.Request, problem: Problem) -> Problem:
        address = client_address(
            request.remote,
            request.headers.getall(_FOR, ()),
            request.headers.getall(_FORWARDED, ()),
            self._trusted_proxies,
        )
        standing = self.failures.spend(subject_of(address))
        if not standing.is_within:
            self._admissions[AdmissionOutcome.LOCKED_OUT] += 1
            return _too_many(standing)
        self._admissions[AdmissionOutcome.REFUSED] += 1
        problem.headers = {**problem.headers, **standing.headers}
        return problem


def _too_many(standing: Standing) -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", _DETAIL, headers=standing.headers
    )
