"""What all backends of a gateway share, whosever account they use."""

from gateway.app.vendors import wired
from tests.support.adapters import noon
from tests.support.gateway import backend


async def test_all_backends_share_what_may_be_under_way() -> None:
    vendors = wired(
        [
            backend(
                "digital_samba",
                {"url": f"http://127.0.0.{n}", "developer_key": f"key {n}"},
                name=f"samba-{n}",
            )
            for n in (1, 2)
        ],
        noon,
    )

    one, other = (each.backend for each in vendors)

    assert one.account is not other.account
    assert one.under_way is other.under_way
