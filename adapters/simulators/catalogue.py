"""Rows that come and go, and what the last questions choose of them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from adapters.simulators.world import by_start

_MOST_KEPT = 16

_start = attrgetter("start")


class _Row(Protocol):
    @property
    def number(self) -> int: ...
    @property
    def start(self) -> datetime: ...


class _Question(Hashable, Protocol):
    def span(self) -> tuple[datetime, datetime]:
        """Give the first and the last start that what it chooses may have."""


RowT = TypeVar("RowT", bound=_Row)
QuestionT = TypeVar("QuestionT", bound=_Question)


class Catalogue(Generic[RowT, QuestionT]):
    """Answers questions with rows in one order.

    A reader asks one question for page after page. So what it chooses is found and put in order
    once, is kept for the next page, and follows the rows as they come and go.
    """

    def __init__(
        self, *, order: Callable[[RowT], Any], chooses: Callable[[QuestionT, RowT], bool]
    ) -> None:
        """Order by what differs between any two rows."""
        self._order = order
        self._chooses = chooses
        self._rows: list[RowT] = []
        self._answers: dict[QuestionT, list[RowT]] = {}  # the last asked at the end

    def add(self, row: RowT) -> None:
        """Let a row come."""
        insort(self._rows, row, key=by_start)
        for question, answer in self._answers.items():
            if self._chooses(question, row):
                insort(answer, row, key=self._order)

    def remove(self, row: RowT) -> None:
        """Let a row go; what chose it when it came must choose it still."""
        _drop(self._rows, row, by_start)
        for question, answer in self._answers.items():
            if self._chooses(question, row):
                _drop(answer, row, self._order)

    def answer(self, question: QuestionT) -> Sequence[RowT]:
        """Give the rows that a question chooses, in order; they are good until the next change."""
        answer = self._answers.pop(question, None)
        self._answers[question] = self._found(question) if answer is None else answer
        if len(self._answers) > _MOST_KEPT:
            del self._answers[next(iter(self._answers))]
        return self._answers[question]

    def _found(self, question: QuestionT) -> list[RowT]:
        first, last = question.span()
        begin = bisect_left(self._rows, first, key=_start)
        end = bisect_right(self._rows, last, key=_start)
        found = (row for row in self._rows[begin:end] if self._chooses(question, row))
        return sorted(found, key=self._order)


def _drop(rows: list[RowT], row: RowT, order: Callable[[RowT], Any]) -> None:
    del rows[bisect_left(rows, order(row), key=order)]
