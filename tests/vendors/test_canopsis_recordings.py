"""The simulator of Canopsis against the recordings: asked the same, it answers alike."""

import itertools
from collections import defaultdict

import pytest

from tests.support.payloads import recording
from tests.vendors.canopsis_tape import DIALECTS, Json, cookies_set, headers_of, playing

SCENARIOS = [
    f"{dialect}-{scenario}"
    for dialect in DIALECTS
    for scenario in (
        "01-auth",
        "02-routing",
        "03-lifecycle",
        "04-keepalive-without-start",
        "05-bad-bodies",
        "06-list-filters",
        "07-activity-boundary",
        "08-key-per-request",
        "09-same-user-twice",
        "10-non-ascii-user",
    )
]

# The recorder moved the clock of the session manager alone. Cookies kept the real time, and with
# it the identity of who logged in while the other clock was ahead.
LOGGED_IN_WHILE_AHEAD = {"final-07-activity-boundary", "v2020-07-activity-boundary"}

NOT_MODELLED = {
    ("final-01-auth", 18): "/logout breaks and leaves the caller logged in: nobody needs it",
    ("v2020-01-auth", 19): "the same",
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_simulator_answers_as_the_recorded_server(name: str) -> None:
    told, recorded = _Reading(name), _Reading(name)
    async with playing(name) as (player, exchanges):
        for exchange in exchanges:
            if exchange["note"] == "t=0":
                player.simulator.load([])  # The recorder emptied the store here.
            answer = told.essence(await player.play(exchange))
            expected = recorded.essence(exchange["response"])

            if (name, exchange["step"]) in NOT_MODELLED:
                assert answer != expected, f"step {exchange['step']} is modelled after all"
            else:
                assert answer == expected, f"step {exchange['step']}: {exchange['note']}"


@pytest.mark.parametrize(("name", "step"), NOT_MODELLED)
def test_every_exception_is_a_recorded_step(name: str, step: int) -> None:
    steps = [exchange["step"] for exchange in recording(f"canopsis/{name}.json")["exchanges"]]

    assert step in steps


class _Reading:
    """Keeps of replies what a client can rely on, and numbers the ids that chance made."""

    def __init__(self, name: str) -> None:
        self._ids: dict[str, int] = defaultdict(itertools.count().__next__)
        self._ignored = {"id_beaker_session"} if name in LOGGED_IN_WHILE_AHEAD else set()

    def essence(self, response: Json) -> Json:
        headers = headers_of(response)
        content_type = headers["content-type"].partition(";")[0]
        body = response["body"]
        return {
            "status": response["status"],
            "content type": content_type,
            "caching": headers.get("cache-control"),
            "allowed": headers.get("allow"),
            "cookies set": len(cookies_set(response)),
            "body": body != "" if content_type == "text/html" else self._content(body),
        }

    def _content(self, body: Json) -> Json:
        if "sessions" not in body:
            return body
        return body | {"sessions": [self._row(row) for row in body["sessions"]]}

    def _row(self, row: Json) -> Json:
        kept = {name: value for name, value in row.items() if name not in self._ignored}
        return kept | {"_id": self._ids[row["_id"]]}
