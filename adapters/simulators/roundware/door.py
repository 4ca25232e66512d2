"""Whom a Roundware server lets in, how often, and in which form it answers them."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum

from aiohttp import web

from adapters.simulators.roundware.replies import refusal

TOKEN = "0123456789abcdef0123456789abcdef01234567"  # noqa: S105  # made up, as in the recordings

_MINUTE = timedelta(minutes=1)


class Form(Enum):
    """What a caller wants to read."""

    JSON = "application/json"
    PAGE = "text/html"


def form_for(request: web.Request) -> Form | None:
    """Choose the form; of those that are named alike JSON comes first, and no other is spoken."""
    named = request.headers.get("Accept", "*/*").split(",")
    wanted = {each.partition(";")[0].strip() for each in named}
    for names in (
        {form.value: form for form in Form},
        {"application/*": Form.JSON},
        {"text/*": Form.PAGE},
        {"*/*": Form.JSON},
    ):
        for name, form in names.items():
            if name in wanted:
                return form
    return None


class Door:
    """Lets in who shows the token, so many times a minute."""

    def __init__(self, clock: Callable[[], datetime], most_a_minute: int | None) -> None:
        self._clock = clock
        self._most_a_minute = most_a_minute
        self._entries: list[datetime] = []

    def refusal(self, request: web.Request) -> web.Response | None:
        """Say what a caller who may not enter is told: first that of the token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "token":  # list_bearer_401.json
            return _unauthorised("Authentication credentials were not provided.")
        if not token:  # list_empty_token_401.json
            return _unauthorised("Invalid token header. No credentials provided.")
        if token != TOKEN:  # list_bad_token_401.json
            return _unauthorised("Invalid token.")
        return self._counted()

    def _counted(self) -> web.Response | None:
        """Count who enters, and turn away who is too many (throttled_429.json)."""
        now = self._clock()
        self._entries = [entry for entry in self._entries if now - entry < _MINUTE]
        if self._most_a_minute is None or len(self._entries) < self._most_a_minute:
            self._entries.append(now)
            return None
        wait = math.ceil((self._entries[0] + _MINUTE - now).total_seconds())
        detail = f"Request was throttled. Expected available in {wait} seconds."
        return refusal(429, detail, headers={"Retry-After": str(wait)})


def _unauthorised(detail: str) -> web.Response:
    return refusal(401, detail, headers={"WWW-Authenticate": "Token"})
