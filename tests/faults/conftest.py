"""What the log said."""

import logging

import pytest


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Hear everything, as loudly as it can be said."""
    caplog.set_level(logging.NOTSET)
    for name in ("aiohttp", "asyncio", "gateway"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog
