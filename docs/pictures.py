"""Takes the pictures of the page that the README shows: ``make screenshots``.

They are of the demo's five simulators, seen at an instant that stands still, so that a picture
changes only where the page does. It takes Chromium.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web
from playwright.async_api import Browser, ViewportSize, async_playwright

from gateway.app import build_app
from gateway.config import BackendSettings, ServerSettings, Settings
from gateway.config.settings import CacheSettings
from gateway.spi.registry import load_adapter, load_simulator, simulator_names
from gateway.web.serving import Runner

if TYPE_CHECKING:
    from gateway.spi.simulation import Simulator

FOLDER = Path(__file__).parent / "pictures"

_ROWS = 500
_BEGUN = datetime(2026, 11, 22, 14, 23, 50, tzinfo=UTC)
_IN_TROUBLE = "cortex"
_TROUBLE_LASTS = timedelta(minutes=6)
_VIEW: ViewportSize = {"width": 1280, "height": 960}
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run")


class _Demo:
    """The simulators, the gateway over them, and the clock of all."""

    def __init__(self) -> None:
        self.now = _BEGUN
        self.simulators: dict[str, Simulator] = {}
        self.address = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["_Demo"]:
        """Run it."""
        async with AsyncExitStack() as stack:
            backends = [
                await self._backend(seed, name, stack)
                for seed, name in enumerate(simulator_names())
            ]
            settings = Settings(server=ServerSettings(port=0), backends=tuple(backends))
            app = build_app(settings, clock=lambda: self.now)
            runner = Runner(app, access_log=None, shutdown_timeout=0.1)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.address = "http://{}:{}/".format(*runner.addresses[0][:2])
            yield self

    async def _backend(self, seed: int, name: str, stack: AsyncExitStack) -> BackendSettings:
        simulator = load_simulator(name)(rows=_ROWS, seed=seed, clock=lambda: self.now)
        options = simulator.options(await simulator.start())
        stack.push_async_callback(simulator.stop)
        self.simulators[name] = simulator
        return BackendSettings(
            name=name.replace("_", "-"),
            adapter=simulator.adapter,
            cache=CacheSettings(ttl_s=0, stale_if_error_s=0),
            options=load_adapter(simulator.adapter).options_model.model_validate(options),
        )


async def take() -> None:
    """Take all pictures."""
    FOLDER.mkdir(exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    async with _Demo().running() as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        await _picture(browser, demo, "light")
        await _picture(browser, demo, "dark", color_scheme="dark")
        await demo.simulators[_IN_TROUBLE].stop()
        demo.now += _TROUBLE_LASTS
        await _picture(browser, demo, "one-backend-down")
        await browser.close()


async def _picture(browser: Browser, demo: _Demo, name: str, **context: Any) -> None:  # noqa: ANN401  # the library's own
    seen = await browser.new_context(
        viewport=_VIEW, timezone_id="UTC", locale="en-GB", reduced_motion="reduce", **context
    )
    page = await seen.new_page()
    await page.clock.set_fixed_time(demo.now)
    await page.goto(demo.address)
    await page.wait_for_selector('body[data-busy="false"] .grid-body [role="row"]')
    await page.wait_for_selector('#live:not([data-state="asking"])')
    await page.screenshot(path=FOLDER / f"{name}.png")
    await seen.close()


if __name__ == "__main__":
    asyncio.run(take())
