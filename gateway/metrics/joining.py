"""Joining the samples of several processes. No counter goes back when one of them dies."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from gateway.metrics.catalogue import METRICS
from gateway.metrics.families import Family, Joining, Kind, Metric, Sample

_BACKEND = "backend"

Key: TypeAlias = tuple[str, tuple[str, ...]]


def joined(told: Iterable[Sequence[Family]]) -> list[Family]:
    """Make one of what several processes told."""
    values: dict[str, dict[Key, float]] = {}
    for family in (family for families in told for family in families):
        join = max if METRICS[family.name].joining is Joining.MAX else float.__add__
        known = values.setdefault(family.name, {})
        for sample in family.samples:
            key, value = (sample.suffix, sample.labels), float(sample.value)
            known[key] = join(known[key], value) if key in known else value
    return [Family(name, _samples(known)) for name, known in values.items()]


class Estate:
    """What processes told last, and what those left behind that have died.

    What was counted of a backend is left to nobody once no process that lives has it.
    """

    def __init__(self) -> None:
        self._living: dict[int, Sequence[Family]] = {}
        self._left: list[Family] = []

    def note(self, worker: int, families: Sequence[Family]) -> None:
        """Note what a worker told: it takes the place of what it told before."""
        self._living[worker] = families

    def bury(self, worker: int) -> None:
        """Note that a worker has died: what it had counted when it was last asked is kept."""
        told = self._living.pop(worker, ())
        self._left = joined([self._left, [each for each in told if _is_left(each)]])

    def whole(self) -> list[Family]:
        """Give all of it as one."""
        backends = _backends(self._living.values())
        if self._living:
            self._left = [_only(family, backends) for family in self._left]
        return joined([*self._living.values(), self._left])


def _is_left(family: Family) -> bool:
    metric = METRICS[family.name]
    return metric.kind is not Kind.GAUGE and metric.joining is Joining.SUM


def _backends(told: Iterable[Sequence[Family]]) -> frozenset[str]:
    return frozenset(
        sample.labels[0]
        for families in told
        for family in families
        if _is_by_backend(METRICS[family.name])
        for sample in family.samples
    )


def _only(family: Family, backends: frozenset[str]) -> Family:
    if not _is_by_backend(METRICS[family.name]):
        return family
    return Family(family.name, [each for each in family.samples if each.labels[0] in backends])


def _is_by_backend(metric: Metric) -> bool:
    return metric.labels[:1] == (_BACKEND,)


def _samples(values: Mapping[Key, float]) -> list[Sample]:
    return [Sample(suffix, labels, value) for (suffix, labels), value in values.items()]
