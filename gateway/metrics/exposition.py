"""Writing metrics down in the text format of Prometheus."""

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric as Written
from prometheus_client.registry import Collector

from gateway.metrics.catalogue import METRICS
from gateway.metrics.families import Family, Kind, label_names


def written(families: Sequence[Family]) -> bytes:
    """Write families down, in the order of the catalogue."""
    # One of its own each time: the library's own is shared by all that run in the process.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(families))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = {family.name: family for family in families}

    def collect(self) -> Iterator[Written]:
        for name in METRICS:
            if name in self._families:
                yield _written(self._families[name])


def _written(family: Family) -> Written:
    metric = METRICS[family.name]
    is_counter = metric.kind is Kind.COUNTER
    told = Written(family.name.removesuffix("_total"), metric.meaning, metric.kind.value)
    for sample in family.samples:
        labels = dict(zip(label_names(metric, sample), sample.labels, strict=True))
        suffix = "_total" if is_counter else sample.suffix
        told.add_sample(told.name + suffix, labels, sample.value)
    return told
