"""One session over the gateway: whatever the vendor, it tells no less than its row in a list."""

from typing import Any

from tests.support.gateway import all_vendors, running


def told(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Name what a document tells, its attributes one by one."""
    fields = {name: value for name, value in document.items() if name != "attributes"}
    attributes = {f"attributes.{name}": value for name, value in document["attributes"].items()}
    return {(name, str(v)) for name, v in (fields | attributes).items() if v not in (None, [])}


async def test_a_session_alone_tells_all_that_its_row_tells() -> None:
    async with all_vendors(rows=12) as vendors, running(vendors.settings()) as gateway:
        page = await gateway.get("/v1/sessions", limit=1000)
        for row in page.body["data"]:
            alone = (await gateway.get(f"/v1/sessions/{row['id']}")).body["data"]

            assert told(alone) >= told(row)


async def test_it_is_the_same_whatever_was_read_before() -> None:
    async with all_vendors(rows=12) as vendors:
        async with running(vendors.settings()) as gateway:
            rows = (await gateway.get("/v1/sessions", limit=1000)).body["data"]
            warm = [await gateway.get(f"/v1/sessions/{row['id']}") for row in rows]
        for answer in warm:
            async with running(vendors.settings()) as gateway:
                cold = await gateway.get(f"/v1/sessions/{answer.body['data']['id']}")

            assert cold.body["data"] == answer.body["data"]


async def test_what_was_sent_for_it_is_told() -> None:
    async with all_vendors(rows=12) as vendors, running(vendors.settings()) as gateway:
        for name, server in vendors.servers.items():
            (row,) = (await gateway.get("/v1/sessions", backend=name, limit=1)).body["data"]
            server.requests.clear()

            answer = await gateway.get(f"/v1/sessions/{row['id']}")

            assert answer.body["backend"]["requests"] == len(server.requests)
