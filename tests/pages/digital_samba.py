"""The call of Digital Samba's "List", word for word."""

import base64
from typing import Any

from adapters.simulators.digital_samba import DEVELOPER_KEY, TEAM_ID
from tests.pages.support import Reader

LIST = "GET /api/v1/sessions"
PAIR = base64.b64encode(f"{TEAM_ID}:{DEVELOPER_KEY}".encode()).decode()


async def page(reader: Reader, path: str = "") -> Any:  # noqa: ANN401  # any JSON
    """Call the vendor as the page does."""
    status, told = await reader.page_says(
        "GET", f"/api/v1/sessions{path}", headers={"Authorization": f"Basic {PAIR}"}
    )
    assert status == 200, told
    return told
