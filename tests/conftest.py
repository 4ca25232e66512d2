"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

from tests.support.examples import DEPTH, examples

# Deadlines and speeds of single examples would measure the machine, not the code. In CI the same
# examples are tried every time, so that a change is judged by itself; elsewhere, and wherever many
# are tried, new ones are.
settings.register_profile(
    "gateway",
    max_examples=examples(100),
    deadline=None,
    derandomize=bool(os.environ.get("CI")) and DEPTH == 1,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gateway")
