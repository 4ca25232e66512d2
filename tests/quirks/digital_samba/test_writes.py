"""Beginning and ending sessions of Digital Samba, of which the gateway may do the second."""

from gateway.spi import Done, Operation, Refusal, Refused, Status, Write
from tests.quirks.digital_samba.visiting import Visit, visiting
from tests.support.adapters import mapped

NOBODY = "9c725f12-705c-40e5-be1f-10dea6fa0a1f"


def live_id(visit: Visit) -> str:
    return next(held.native_id for held in visit.simulator.held() if held.status == "active")


def ended_id(visit: Visit) -> str:
    return next(held.native_id for held in visit.simulator.held() if held.status == "ended")


def status_of(visit: Visit, native_id: str) -> str:
    return {held.native_id: held.status for held in visit.simulator.held()}[native_id]


async def test_a_session_begins_by_itself() -> None:
    """Rooms: it "automatically starts when a participant enters an empty room"."""
    async with visiting(rows=20) as visit:
        for path in ("/sessions", f"/sessions/{NOBODY}/start"):
            assert (await visit.ask(path, "POST")).status in {404, 405}
        offered = visit.driver.adapter.abilities().operations

    assert len(visit.simulator.held()) == 20
    assert offered == {Operation.END: {}}


async def test_an_end_answers_with_nothing() -> None:
    """End (Sessions): "Response is empty", and 200."""
    async with visiting(rows=40) as visit:
        first = live_id(visit)
        answer = await visit.ask(f"/sessions/{first}/end", "POST")
        second = live_id(visit)
        outcome = await visit.driver.adapter.write(
            Write(Operation.END, second), visit.driver.context
        )

        assert (answer.status, answer.text) == (200, "")
        assert isinstance(outcome, Done)
        assert outcome.record is not None
        told = mapped(visit.driver.adapter, outcome.record).session
        assert (told.native_id, told.status) == (second, Status.ENDED)
        assert visit.simulator.served["write"] == 2


async def test_a_sample_ends_by_get() -> None:
    """End (Sessions): the cURL sample, against the text beside it. A GET must end nothing."""
    async with visiting(rows=40) as visit:
        live = live_id(visit)
        by_get = await visit.ask(f"/sessions/{live}/end")
        assert status_of(visit, live) == "active"
        visit.simulator.requests.clear()
        await visit.driver.adapter.write(Write(Operation.END, live), visit.driver.context)

    assert by_get.status == 405
    assert visit.simulator.requests[0] == f"POST /api/v1/sessions/{live}/end"
    assert status_of(visit, live) == "ended"


async def test_an_end_leaves_the_session_in_the_list() -> None:
    """OpenAPI document: what can be deleted are a session's contents; the record stays."""
    async with visiting(rows=40) as visit:
        live, everything = live_id(visit), len(visit.simulator.held())
        await visit.ask(f"/sessions/{live}/end", "POST")
        listed = {row["id"]: row for row in (await visit.ask()).body["data"]}
        removal = await visit.ask(f"/sessions/{live}", "DELETE")

    assert len(listed) == everything
    assert listed[live]["live"] is False
    assert "end_time" in listed[live]
    assert removal.status == 405
    assert set(visit.driver.adapter.abilities().operations) == {Operation.END}


async def test_what_has_ended_refuses_to_end() -> None:
    """API Error Reference: 409."""
    async with visiting(rows=40) as visit:
        over = ended_id(visit)
        before = (await visit.ask(f"/sessions/{over}")).body
        refusal = await visit.ask(f"/sessions/{over}/end", "POST")
        outcome = await visit.driver.adapter.write(Write(Operation.END, over), visit.driver.context)

        assert refusal.status == 409
        assert isinstance(outcome, Done)
        assert outcome.record is not None
        told = mapped(visit.driver.adapter, outcome.record).session
        assert (told.native_id, told.status) == (over, Status.ENDED)
        assert (await visit.ask(f"/sessions/{over}")).body == before


async def test_an_unknown_session_is_not_found() -> None:
    """OpenAPI document: 404, ``{"message": "Not Found", "error": "not-found"}``."""
    async with visiting(rows=5) as visit:
        context = visit.driver.context
        for answer in (
            await visit.ask(f"/sessions/{NOBODY}"),
            await visit.ask(f"/sessions/{NOBODY}/end", "POST"),
        ):
            assert answer.status == 404
            assert answer.body == {"message": "Not Found", "error": "not-found"}
        assert await visit.driver.adapter.get(NOBODY, context) is None
        outcome = await visit.driver.adapter.write(Write(Operation.END, NOBODY), context)
        assert outcome == Refused(Refusal.NOT_FOUND)
