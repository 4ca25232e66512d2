"""A query that is asked again is not read again: for the same caller, and for nobody else."""

import pytest

from gateway.paging.cursor import CursorSealer
from gateway.web.callers import Caller
from gateway.web.problems import Problem
from gateway.web.questions import Questions
from tests.support.fakes import FakeAdapter, backend, federation

GUEST = Caller("guest", frozenset({"a"}))
HOST = Caller("host")
QUERY = "status=active&limit=5"


def questions() -> Questions:
    asked = federation(backend("a", FakeAdapter(())), backend("b", FakeAdapter(())))
    return Questions(asked, CursorSealer([b"a key"]))


def test_a_query_is_read_once() -> None:
    reading = questions()

    assert reading.read(HOST, QUERY) is reading.read(HOST, QUERY)


def test_each_caller_asks_of_the_backends_there_are_for_them() -> None:
    reading = questions()

    found = [reading.read(caller, QUERY).asked.query.backends for caller in (HOST, GUEST, HOST)]

    assert found == [("a", "b"), ("a",), ("a", "b")]


def test_what_is_wrong_is_told_each_time() -> None:
    reading = questions()

    for _ in range(2):
        with pytest.raises(Problem):
            reading.read(HOST, "limit=many")
