"""What is made of the two fields in which a Roundware client says what it is."""

import pytest

from gateway.spi import Client
from tests.support.adapters import mapped
from tests.support.payloads import raw
from tests.vendors.roundware import ADAPTER


@pytest.mark.parametrize(
    ("client_type", "system", "client"),
    [
        ("iPhone", "iOS 15.1", Client("iPhone", "15.1")),
        (None, "iOS 15.1", Client("iOS", "15.1")),
        ("kiosk", "kiosk 2.1-beta", Client("kiosk", "2.1-beta")),
        ("kiosk", "booth 2.1", Client("kiosk")),
        ("iPhone", "iOS unknown", Client("iPhone")),
        ("web", "Mozilla/5.0 (X11) Firefox/119.0", Client("web")),
        ("web", "web", Client("web")),
        ("web", 15.1, Client("web")),
        (None, " 2.1", None),
        (None, None, None),
    ],
)
def test_a_version_is_read_behind_the_name_of_a_system_or_of_the_client_itself(
    client_type: str | None, system: object, client: Client | None
) -> None:
    record = {"id": 7, "client_type": client_type, "client_system": system}

    session = mapped(ADAPTER, raw(record)).session

    assert session.client == client
    assert session.attributes == {"client_system": system}
