"""Every metric there is: what it tells, by which labels, and what to do about it.

Labels have closed lists of values: routes, methods, codes, and the names of backends. No word of
a client is among them.
"""

from collections.abc import Mapping

from gateway.metrics.catalogue.backends import BACKENDS, REQUESTS
from gateway.metrics.catalogue.calls import CALLS
from gateway.metrics.catalogue.process import KEPT, PROCESS
from gateway.metrics.families import Metric

METRICS: Mapping[str, Metric] = {
    metric.name: metric for metric in (*CALLS, *BACKENDS, *REQUESTS, *KEPT, *PROCESS)
}
