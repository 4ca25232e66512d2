"""Metrics as values: what each is, and samples of it that one process hands to another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

import msgspec

from gateway.figures.histogram import Histogram

_BOUND = "le"


class Kind(StrEnum):
    """What Prometheus takes a metric for."""

    COUNTER = auto()
    GAUGE = auto()
    HISTOGRAM = auto()


class Joining(StrEnum):
    """How the samples of several processes become one."""

    SUM = auto()
    MAX = auto()
    APART = auto()
    """They do not: each process has its own, with its number as ``worker``."""


WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: what it counts or measures, by which labels, and what to do about it.

    ``remedy`` is for operators who see it grow, or differ from what they expect.
    """

    name: str
    kind: Kind
    meaning: str
    labels: Sequence[str] = ()
    joining: Joining = Joining.SUM
    remedy: str = ""


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One number. ``labels`` are in the order of its metric's; a histogram's bound follows them."""

    suffix: str
    labels: tuple[str, ...]
    value: float


class Family(msgspec.Struct, frozen=True):
    """All samples of one metric."""

    name: str
    samples: list[Sample]


def counts(name: str, values: Mapping[tuple[str, ...], float]) -> Family:
    """Give the numbers of a counter or a gauge by its labels."""
    return Family(name, [Sample("", labels, float(value)) for labels, value in values.items()])


def one(name: str, value: float, *labels: str) -> Family:
    """Give the one number of a counter or a gauge."""
    return Family(name, [Sample("", labels, float(value))])


def spread(name: str, values: Mapping[tuple[str, ...], Histogram]) -> Family:
    """Give the buckets, the number and the sum of histograms by their labels."""
    return Family(name, [each for labels, one in values.items() for each in _buckets(labels, one)])


def label_names(metric: Metric, sample: Sample) -> Sequence[str]:
    """Name the labels of a sample."""
    names = (*metric.labels, *((WORKER,) if metric.joining is Joining.APART else ()))
    return (*names, _BOUND) if sample.suffix == "_bucket" else names


def _buckets(labels: tuple[str, ...], histogram: Histogram) -> Iterator[Sample]:
    reached = 0
    bounds = [*map(str, histogram.bounds), "+Inf"]
    for bound, count in zip(bounds, histogram.counts, strict=True):
        reached += count
        yield Sample("_bucket", (*labels, bound), reached)
    yield Sample("_count", labels, reached)
    yield Sample("_sum", labels, histogram.total)
