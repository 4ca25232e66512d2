"""One browser for all tests of the page; skipped where there is none, but not in CI."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

if not os.environ.get("CI"):
    pytest.importorskip("playwright", reason="playwright is not installed")

from playwright.async_api import Browser

from tests.page.browser import chromium
from tests.support.gateway import Gateway, Vendors, all_vendors, running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def vendors() -> AsyncIterator[Vendors]:
    async with all_vendors(60) as vendors:
        yield vendors


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def gateway(vendors: Vendors) -> AsyncIterator[Gateway]:
    """Run a gateway over five vendors that are well."""
    async with running(vendors.settings()) as gateway:
        yield gateway
