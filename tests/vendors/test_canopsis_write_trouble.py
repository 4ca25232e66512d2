"""Canopsis: what goes wrong with a write, and what is known of it then."""

import json

import pytest

from adapters.simulators.canopsis import FINAL, V2020, Dialect, Manners
from gateway.spi import (
    BadAnswer,
    Done,
    ErrorCode,
    GiveUp,
    HttpReply,
    LogInAgain,
    Operation,
    Refusal,
    Refused,
    SlowDown,
    TryAgainLater,
    Unclear,
    UpstreamError,
)
from tests.vendors.canopsis import (
    CREATE,
    HIDE,
    KEEPALIVE,
    KEYS,
    VIEW,
    begun,
    fields_of,
    told,
    working,
)

both = pytest.mark.parametrize("dialect", [FINAL, V2020], ids=lambda dialect: dialect.name)
every_visit = pytest.mark.parametrize("operation", [KEEPALIVE, HIDE])


@both
@pytest.mark.parametrize("operation", [CREATE, KEEPALIVE, HIDE])
async def test_a_write_whose_answer_is_lost_is_not_sent_again(
    dialect: Dialect, operation: Operation
) -> None:
    async with begun(dialect) as (office, own):
        if operation is CREATE:
            office.wait(300)
        office.simulator.change(Manners(drops_writes=True))
        writes, held = office.writes, len(office.simulator.held())
        native_id = None if operation is CREATE else own.native_id

        with pytest.raises(TryAgainLater) as caught:
            await office.write(operation, native_id, **fields_of(operation))

        assert caught.value.code is ErrorCode.RESET
        assert office.writes == writes + 1
        assert len(office.simulator.held()) == held + (operation is CREATE)


@pytest.mark.parametrize("operation", [CREATE, KEEPALIVE, HIDE])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_that_breaks_at_a_write_may_have_carried_it_out(
    operation: Operation, status: int
) -> None:
    async with begun(FINAL) as (office, own):
        line = office.meeting({1: HttpReply(status, {}, b"<html>")})

        outcome = await office.write(operation, own.native_id, **fields_of(operation))

        assert outcome == Unclear()
        assert len(line.requests) == 2


@pytest.mark.parametrize("operation", [CREATE, KEEPALIVE, HIDE])
@pytest.mark.parametrize(
    ("status", "action"),
    [(401, LogInAgain), (403, GiveUp), (404, GiveUp), (429, SlowDown), (303, GiveUp)],
)
@pytest.mark.parametrize("body", [b"<html>", b'{"description": "Session Not Valid"}'])
async def test_a_refused_write_did_nothing(
    operation: Operation, status: int, action: type[UpstreamError], body: bytes
) -> None:
    """Only 400 says that no session is active (v2020-04-keepalive-without-start.json)."""
    async with begun(FINAL) as (office, own):
        office.meeting({1: HttpReply(status, {}, body)})

        with pytest.raises(action) as caught:
            await office.write(operation, own.native_id, **fields_of(operation))

        assert not caught.value.has_been_sent


@pytest.mark.parametrize("operation", [CREATE, KEEPALIVE, HIDE])
async def test_a_question_before_a_write_that_fails_is_no_write(operation: Operation) -> None:
    """Whether the question was sent is then of no importance."""
    async with begun(FINAL) as (office, own):
        lost = TryAgainLater(ErrorCode.RESET, "lost")
        lost.has_been_sent = True
        line = office.meeting({0: lost})

        with pytest.raises(TryAgainLater) as caught:
            await office.write(operation, own.native_id, **fields_of(operation))

        assert not caught.value.has_been_sent
        assert len(line.requests) == 1


@pytest.mark.parametrize("operation", [CREATE, KEEPALIVE, HIDE])
@pytest.mark.parametrize(
    "trouble",
    [
        TryAgainLater(ErrorCode.TIMEOUT, "late"),
        BadAnswer(ErrorCode.TOO_LARGE, "large"),
        HttpReply(401, {}, b"<html>"),
        HttpReply(200, {}, b"<html>"),
        HttpReply(500, {}, b"<html>"),
    ],
)
async def test_a_write_is_done_though_the_session_cannot_be_read_afterwards(
    operation: Operation, trouble: UpstreamError | HttpReply
) -> None:
    async with begun(FINAL) as (office, own):
        line = office.meeting({2: trouble})

        outcome = await office.write(operation, own.native_id, **fields_of(operation))

        assert outcome == Done(None, is_new=False)
        assert len(line.requests) == 3


async def test_a_new_session_that_cannot_be_read_afterwards_is_new_all_the_same() -> None:
    async with working(FINAL) as office:
        office.meeting({2: TryAgainLater(ErrorCode.TIMEOUT, "late")})

        assert await office.write(CREATE) == Done(None, is_new=True)


async def test_a_key_of_another_account_begins_a_session_that_nobody_finds() -> None:
    async with working(FINAL, {"auth_key": KEYS["jacques"]}) as office:
        assert await office.write(CREATE) == Done(None, is_new=True)
        [(native_id, session)] = (await office.sessions()).items()

        assert session.user is not None
        assert session.user.name == "jacques"
        assert await office.write(KEEPALIVE, native_id) == Refused(Refusal.NOT_OWN_SESSION)


@pytest.mark.parametrize("operation", [KEEPALIVE, HIDE])
async def test_a_write_that_is_not_known_to_the_last_log_in_reaches_nobody(
    operation: Operation,
) -> None:
    """After a log-in of a later second the server knows us as somebody else."""
    async with begun(FINAL) as (office, own):
        office.simulator.forget_log_ins()
        with pytest.raises(LogInAgain):
            await office.write(operation, own.native_id, path=VIEW)
        await office.log_in()

        outcome = await office.write(operation, own.native_id, path=VIEW)

        assert outcome == Refused(Refusal.NOT_OWN_SESSION)


@every_visit
async def test_a_session_that_falls_silent_meanwhile_is_refused_by_the_earlier_dialect(
    operation: Operation,
) -> None:
    """It answers 400 and does nothing (v2020-03-lifecycle.json, steps 14 and 15)."""
    async with begun(V2020) as (office, own):
        office.meeting({1: lambda: office.wait(300)})

        outcome = await office.write(operation, own.native_id, path=VIEW)

        assert outcome == Refused(Refusal.NOT_OWN_SESSION)


@every_visit
async def test_a_session_that_falls_silent_meanwhile_may_be_followed_by_another(
    operation: Operation,
) -> None:
    async with begun(FINAL) as (office, own):
        office.meeting({1: lambda: office.wait(300)})

        outcome = await office.write(operation, own.native_id, path=VIEW)

        assert outcome == Unclear()
        assert len(office.simulator.held()) == 2


@every_visit
@pytest.mark.parametrize("takes_dots", [False, True])
async def test_a_name_with_dots_is_taken_or_nobody_knows(
    operation: Operation, takes_dots: bool
) -> None:
    """The recorded store broke when half was done (final-05-bad-bodies.json, steps 15 and 19)."""
    async with begun(FINAL, manners=Manners(takes_dots=takes_dots)) as (office, own):
        outcome = await office.write(operation, own.native_id, path="/a.b", tab="c.d")

        [session] = (await office.sessions()).values()
        assert session.attributes["last_visible_path"] == ["/a.b", "c.d"]
        assert session.attributes["visible_duration"] == 60
        if takes_dots:
            assert told(office, outcome).attributes["tab_duration"] == {"/a.b": {"c.d": 60}}
        else:
            assert outcome == Unclear()
            assert session.attributes["tab_duration"] == {}


async def test_records_that_are_no_documents_are_passed_over() -> None:
    async with begun(FINAL) as (office, own):
        body = b'{"sessions": [1, {}, {"_id": 1}, {"_id": "x", "id_beaker_session": null}]}'
        office.meeting({0: HttpReply(200, {}, body), 1: HttpReply(200, {}, body)})

        outcome = await office.write(KEEPALIVE, own.native_id)

    assert outcome == Refused(Refusal.NOT_FOUND)


@pytest.mark.parametrize("durations", [None, [], "x", {VIEW: None}])
async def test_odd_durations_do_not_hide_whose_a_session_is(durations: object) -> None:
    async with begun(FINAL) as (office, own):
        mine = {"_id": own.native_id, **own.attributes, "tab_duration": durations}
        body = json.dumps({"sessions": [mine]}).encode()
        office.meeting({0: HttpReply(200, {}, body)})

        outcome = await office.write(KEEPALIVE, own.native_id, path=VIEW)

        assert told(office, outcome).attributes["tab_duration"] == {VIEW: 60}
