"""The processes of a benchmark: vendors, gateways and their rivals. They end with its stack."""

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
from costs import Vendor
from servers import Server, fetched, python, running, session_gateway
from standing_gateway import Reach, Terms
from workload import OPTIONS, write_configuration

from gateway.spi.registry import simulator_names


class Grounds:
    """Where processes run, with a folder for their files."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sessions-")))
        self._begun = time.perf_counter()

    def start(self, name: str, command: Sequence[str]) -> Server:
        """Start a server, which ends with the stack."""
        server = self._stack.enter_context(running(command, self._folder / f"{name}.log"))
        self.tell(f"{name}: process {server.pid}, ready in {server.ready_seconds:.1f} s")
        return server

    def upstreams(self) -> Server:
        """Start the five upstreams that answer with prebuilt pages."""
        return self.start("upstreams", python("upstreams.py"))

    def vendor(self, name: str, *, rows: int, seed: int) -> Vendor:
        """Start a simulator."""
        command = python("simulator.py", name, "--rows", str(rows), "--seed", str(seed))
        server = self.start(f"{name}-{rows}", command)
        reach = msgspec.convert(fetched(f"{server.address}/reach"), Reach)
        return Vendor(name.replace("_", "-"), server, reach)

    def vendors(self, rows: int) -> list[Vendor]:
        """Start a simulator of each vendor."""
        names = enumerate(simulator_names())
        return [self.vendor(name, rows=rows, seed=seed) for seed, name in names]

    @contextmanager
    def gateway(self, vendors: Sequence[Vendor], **figures: float) -> Iterator[Server]:
        """Run a new gateway over these vendors, with figures of its configuration."""
        terms = Terms({vendor.name: vendor.reach for vendor in vendors}, **figures)
        file = self._folder / "terms.json"
        file.write_bytes(msgspec.json.encode(terms))
        command = python("standing_gateway.py", str(file))
        with running(command, self._folder / "gateway.log") as server:
            yield server

    @contextmanager
    def served(
        self,
        upstreams: Server,
        *,
        ttl_seconds: int = 0,
        backends: int = len(OPTIONS),
        workers: int = 1,
    ) -> Iterator[Server]:
        """Serve a configuration over the upstreams, as a user would."""
        file = Path(tempfile.mkdtemp(dir=self._folder)) / "gateway.yaml"
        write_configuration(
            file, upstreams.address, ttl_seconds=ttl_seconds, backends=backends, workers=workers
        )
        with running(session_gateway(file), file.with_suffix(".log")) as server:
            yield server

    def serve(
        self, upstreams: Server, *, ttl_seconds: int = 0, backends: int = len(OPTIONS)
    ) -> Server:
        """Serve them until the stack ends."""
        serving = self.served(upstreams, ttl_seconds=ttl_seconds, backends=backends)
        server = self._stack.enter_context(serving)
        self.tell(f"gateway: process {server.pid}, ready in {server.ready_seconds:.1f} s")
        return server

    def tell(self, what: str) -> None:
        """Say how far it is; the error stream leaves the tables alone."""
        print(f"{time.perf_counter() - self._begun:6.1f} s  {what}", file=sys.stderr, flush=True)
