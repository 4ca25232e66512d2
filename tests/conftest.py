"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

# Deadlines and speeds of single examples would measure the machine, not the code. In CI the same
# examples are tried every time, so that a change is judged by itself; elsewhere new ones are.
settings.register_profile(
    "gateway",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gateway")
