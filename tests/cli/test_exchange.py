"""The supervisor gathers metrics from all workers, and waits for none that hangs."""

import asyncio

import msgspec

from gateway.cli.exchange import Exchange
from gateway.cli.letters import Ask, Joined, Told, ToWorker, line, to_worker
from gateway.metrics.families import Family, one

NAME = "session_gateway_connections"


def told(value: float, *, is_asking: bool = False) -> bytes:
    return line(Told([one(NAME, value)], is_asking))


class Crew:
    """Workers that note what they are told."""

    def __init__(self, *workers: int, patience_seconds: float = 60) -> None:
        self.workers = {*workers}
        self.letters: dict[int, list[ToWorker]] = {worker: [] for worker in workers}
        self.has_news = asyncio.Event()
        self.exchange = Exchange(
            self._tell, lambda: self.workers, self._own, patience_seconds=patience_seconds
        )

    def sum(self, worker: int) -> list[float]:
        """Give what a worker was told of all, each time."""
        joined = [each for each in self.letters[worker] if isinstance(each, Joined)]
        return [
            sample.value
            for each in joined
            for family in each.families
            if family.name == NAME
            for sample in family.samples
        ]

    def asked(self, worker: int) -> int:
        """Count how often a worker was asked."""
        return sum(isinstance(each, Ask) for each in self.letters[worker])

    def _tell(self, worker: int, text: bytes) -> None:
        self.letters[worker].append(to_worker(text))
        self.has_news.set()

    def _own(self) -> list[Family]:
        return [one("session_gateway_workers", len(self.workers))]


async def test_who_asks_is_told_the_sum_once_all_have_told() -> None:
    crew = Crew(1, 2, 3)

    crew.exchange.hear(1, told(5, is_asking=True))
    crew.exchange.hear(2, told(7))
    assert crew.sum(1) == []
    crew.exchange.hear(3, told(1))

    assert crew.sum(1) == [13]
    assert [crew.asked(worker) for worker in (1, 2, 3)] == [0, 1, 1]
    assert crew.sum(2) == crew.sum(3) == []


async def test_a_worker_alone_is_told_at_once() -> None:
    crew = Crew(1)

    crew.exchange.hear(1, told(5, is_asking=True))

    assert crew.sum(1) == [5]


async def test_two_that_ask_at_a_time_are_told_the_same() -> None:
    crew = Crew(1, 2, 3)

    crew.exchange.hear(1, told(5, is_asking=True))
    crew.exchange.hear(2, told(7, is_asking=True))
    crew.exchange.hear(3, told(1))

    assert crew.sum(1) == crew.sum(2) == [13]
    assert crew.asked(3) == 1


async def test_one_that_hangs_is_waited_for_once_and_counts_with_what_it_told_before() -> None:
    crew = Crew(1, 2, patience_seconds=0.01)
    crew.exchange.hear(1, told(5, is_asking=True))
    crew.exchange.hear(2, told(7))

    crew.has_news.clear()
    crew.exchange.hear(1, told(6, is_asking=True))
    assert crew.sum(1) == [12]
    while len(crew.sum(1)) < 2:
        crew.has_news.clear()
        await crew.has_news.wait()
    crew.exchange.hear(1, told(8, is_asking=True))

    assert crew.sum(1) == [12, 13, 15]
    assert crew.asked(2) == 2


async def test_one_that_dies_is_not_waited_for() -> None:
    crew = Crew(1, 2)
    crew.exchange.hear(1, told(5, is_asking=True))

    crew.exchange.bury(2)

    assert crew.sum(1) == [5]


async def test_what_is_no_letter_is_passed_over() -> None:
    crew = Crew(1)

    for text in (b"a library prints\n", b"{}\n", msgspec.json.encode({"type": "Nobody"})):
        crew.exchange.hear(1, text)
    crew.exchange.hear(1, told(5, is_asking=True))

    assert crew.sum(1) == [5]
