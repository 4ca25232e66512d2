"""The machine that Cortex runs on: who is logged in, which applications may work, what they hold.

It knows one account at a time, in every version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from adapters.simulators.cortex.manners import Manners

Params: TypeAlias = Mapping[str, object]

USERNAME = "cortextest"
LICENSE = "1ca3fd1c-4ce8-4643-8aa0-28a3255019e8"  # as in the samples
HEADSETS = ("INSIGHT2-A3D203F1", "EPOCX-E2020300")

_TOKEN_LIFE = timedelta(hours=48)  # version 1: "Auth token"; later: "authorize", within 2 days


class Refusal(Exception):
    """A call is answered with this error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Application:
    """An application that is registered with the vendor."""

    id: str
    client_id: str
    client_secret: str


GATEWAY = Application("com.example.gateway", "made-up-client", "made-up-secret")
PRO = Application("com.emotiv.emotivpro", "another-client", "another-secret")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for."""

    user: str | None
    application: str
    expires: datetime


class Machine:
    """Who is logged in, and the tokens that were given out.

    ``quota`` is how many sessions may still be activated here; ``debits`` is how many more the
    licence would give. ``headsets`` are those that are connected.
    """

    def __init__(self, clock: Callable[[], datetime], manners: Manners) -> None:
        self.now = clock
        # In version 1 programs log in; later a person does, with the Launcher.
        self.user = None if manners.dialect == "v1" else USERNAME
        self.own_account = self.logged_in_account = "501"  # of the operating system
        self.approved = {GATEWAY.id, PRO.id}
        self.is_eula_accepted = True
        self.headsets = list(HEADSETS)
        self.quota = 0
        self.debits = 10
        self._manners = manners
        self._grants: dict[str, Grant] = {}
        self._given = 0

    def application(self, client_id: object, client_secret: object) -> Application:
        """Find the application of these credentials."""
        for application in (GATEWAY, PRO):
            if (application.client_id, application.client_secret) == (client_id, client_secret):
                return application
        raise Refusal(-32021, "Invalid client ID or client secret key.")

    def authorize(self, application: str, params: Params) -> str:
        """Give a token, and debit the licence."""
        if self.user is None and not self._manners.lets_anybody_in:
            raise Refusal(-32033, "You must be logged in before calling authorize.")
        if params.get("license") not in (None, LICENSE):
            raise Refusal(-32002, "Invalid license key.")
        debit = params.get("debit", 0)
        if not isinstance(debit, int) or debit > self.debits:
            raise Refusal(-32026, "Daily debit limit exceeded.")
        self.debits -= debit
        self.quota += debit
        if self._manners.keeps_one_token:
            self._end_tokens(application)
        return self.new_token(application, self.user)

    def new_token(self, application: str, user: str | None) -> str:
        """Give a token; those given before live on."""
        self._given += 1
        token = f"opaque/{self._given}+token=="
        self._grants[token] = Grant(user, application, self.now() + _TOKEN_LIFE)
        return token

    def grant(self, token: object) -> Grant:
        """Tell what a token stands for, if it is good."""
        if not isinstance(token, str) or token not in self._grants:
            raise Refusal(-32014, "Invalid auth token.")
        grant = self._grants[token]
        if self.now() >= grant.expires:
            raise Refusal(-32015, "Auth token expired.")
        if grant.user != self.user:
            raise Refusal(-32034, "Token does not match with current user.")
        return grant

    def expire_tokens(self) -> None:
        """Let every token be over now, as after 48 hours."""
        now = self.now()
        self._grants = {
            token: Grant(grant.user, grant.application, now)
            for token, grant in self._grants.items()
        }

    def spend(self) -> None:
        """Activate a session."""
        if self.quota == 0:
            raise Refusal(-32019, "Session limit has been reached for current device.")
        self.quota -= 1

    def headset(self, wanted: object) -> str:
        """Find the headset that is wanted, or the first that is connected."""
        if wanted is None and self.headsets:
            return self.headsets[0]
        if isinstance(wanted, str) and wanted in self.headsets:
            return wanted
        raise Refusal(-32004, "No headset connected.")

    def _end_tokens(self, application: str) -> None:
        self._grants = {
            token: grant
            for token, grant in self._grants.items()
            if grant.application != application
        }
