"""The call of Ekran's "4.1.3. Sessions (Post) Endpoint", word for word."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.simulators.ekran import KEY
from adapters.simulators.world import Held
from tests.pages.support import Reader
from tests.support.adapters import NOON

SESSIONS = "POST /ekranapi/sessions"

_PARIS = ZoneInfo("Europe/Paris")  # the server's own


async def page(reader: Reader, **parameters: object) -> tuple[int, Any]:
    """Call the vendor as the page does."""
    return await reader.page_says(
        "POST", "/ekranapi/sessions", headers={"ApiKey": KEY}, body=parameters
    )


async def rows(reader: Reader, **parameters: object) -> dict[str, dict[str, Any]]:
    """List at the vendor itself, by the ids of sessions."""
    status, told = await page(reader, **parameters)
    assert status == 200
    return {str(row["sessionId"]): row for row in told["sessions"]}


def sent(reader: Reader, name: str) -> list[Any]:
    """Give what a parameter was in each call; none where it was left out."""
    return [call.body.get(name) for call in reader.relay.calls(SESSIONS)]


def local(instant: datetime) -> str:
    """Write an instant as the page does: in the server's zone, which is not told."""
    return instant.astimezone(_PARIS).strftime("%Y-%m-%dT%H:%M:%S")


def began_within(since: datetime | None, until: datetime | None) -> Callable[[Held], bool]:
    def began(row: Held) -> bool:
        assert row.started_at is not None
        return (since or row.started_at) <= row.started_at < (until or NOON)

    return began
