"""The adapter that does what a file says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.declarative.options import DeclarativeOptions
from adapters.declarative.reading import options_model_of
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    Context,
    HttpEndpoint,
    Json,
    Mapped,
    Provenance,
    RawPage,
    Rejected,
    RpcEndpoint,
    ScanPlan,
)
from gateway.spi.described import DescribedAdapter, Workbench


class DeclarativeAdapter(DescribedAdapter[Any]):
    """Speaks with a vendor as its file says."""

    vendor = "declarative"
    options_model = DeclarativeOptions

    @classmethod
    def options_model_for(cls, options: Mapping[str, Json], folder: Path) -> type[AdapterOptions]:
        """Read the file that the options name; without one, tell that it is missing."""
        file = options.get("spec")
        return options_model_of(folder / file) if isinstance(file, str) else DeclarativeOptions

    @classmethod
    def workbench(cls, file: Path) -> Workbench:
        """Read a file by which somebody wants to work."""
        # It brings a web server along, which no gateway needs.
        from adapters.declarative.workbench import DeclarativeWorkbench  # noqa: PLC0415  # said above

        return DeclarativeWorkbench(file)

    def __init__(self, options: DeclarativeOptions) -> None:
        self._options = options
        self.vendor = options.written.vendor.id

    def endpoint(self) -> HttpEndpoint | RpcEndpoint:
        """Ask where the file says."""
        return HttpEndpoint(self._options.url)

    def abilities(self) -> Abilities:
        """Say what the file says."""
        return Abilities()

    async def fetch_page(self, plan: ScanPlan, at: Address, context: Context[Any]) -> RawPage:
        """Read one page."""
        raise NotImplementedError

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a record by the fields of the file."""
        raise NotImplementedError
