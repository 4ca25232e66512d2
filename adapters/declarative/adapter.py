"""The adapter that does what a file says."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from adapters.declarative.abilities import abilities_of
from adapters.declarative.answers import Answer
from adapters.declarative.calling import calling_of
from adapters.declarative.documents import Selector
from adapters.declarative.drafts import Draft, Known, Put, can_name
from adapters.declarative.entries import entry_of
from adapters.declarative.filtering import Filters
from adapters.declarative.language.requests import Request
from adapters.declarative.language.transport import JsonRpcWsTransport
from adapters.declarative.meanings import Meanings, error_of
from adapters.declarative.options import DeclarativeOptions, values_of
from adapters.declarative.ordering import Orders
from adapters.declarative.pagers import pager_of
from adapters.declarative.paging import Page
from adapters.declarative.reading import options_model_of
from adapters.declarative.records import Records
from adapters.declarative.writing import Looking, written_calls
from adapters.toolkit.record import read_record
from gateway.spi import (
    Abilities,
    AdapterOptions,
    Address,
    BackendQuery,
    Context,
    HttpEndpoint,
    Json,
    Mapped,
    Provenance,
    RawPage,
    Refusal,
    Refused,
    Rejected,
    RpcEndpoint,
    ScanPlan,
    Status,
    Ticket,
    Write,
    WriteOutcome,
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
    def of_file(cls, file: Path) -> "type[DeclarativeAdapter]":
        """Make the adapter of one file, for whoever has that file alone.

        Raises :class:`~gateway.spi.documents.ConfigurationError` with all that is wrong with it.
        """
        return cls.of(options_model_of(file))

    @classmethod
    def of(cls, model: type[DeclarativeOptions]) -> "type[DeclarativeAdapter]":
        """Make the adapter of the file whose options this model reads."""
        own = {"options_model": model, "vendor": model.written.vendor.id, "__doc__": cls.__doc__}
        return type(cls.__name__, (cls,), own)

    @classmethod
    def workbench(cls, file: Path) -> Workbench:
        """Read a file by which somebody wants to work."""
        # It brings a web server along, which no gateway needs.
        from adapters.declarative.workbench import DeclarativeWorkbench  # noqa: PLC0415  # said above

        return DeclarativeWorkbench(file)

    def __init__(self, options: DeclarativeOptions) -> None:
        spec, values = options.written, values_of(options)
        self.vendor = spec.vendor.id
        self._spec = spec
        self._url = options.url
        self._known = Known(values)
        self._headers = getattr(spec.transport, "headers", {})
        self._calling = calling_of(spec.transport)
        self._meanings = Meanings(spec.errors)
        self._entry = entry_of(spec.transport, self._known, self._meanings)
        self._filters = Filters(spec.abilities, spec.map, values)
        self._orders = Orders(spec.abilities.sorts)
        self._pager = pager_of(spec.list.paginate, spec.map.native_id, options.url)
        self._rows = Selector(spec.list.records)
        self._id_pattern = re.compile(spec.map.native_id.pattern or ".*", re.DOTALL)
        self._record = Selector("@" if spec.get is None else spec.get.record)
        self._writes = written_calls(spec.writes)
        self._records = Records(spec.map, values, spec.personal)

    def endpoint(self) -> HttpEndpoint | RpcEndpoint:
        """Ask where the file says."""
        transport = self._spec.transport
        if isinstance(transport, JsonRpcWsTransport):
            return RpcEndpoint(self._url, transport.is_serial)
        return HttpEndpoint(self._url)

    def abilities(self) -> Abilities:
        """Say what the file says."""
        writes = {operation: call.fields() for operation, call in self._writes.items()}
        return abilities_of(
            self._spec,
            self._records,
            filters=self._filters,
            orders=self._orders,
            pager=self._pager,
            writes=writes,
        )

    def plan(self, query: BackendQuery) -> ScanPlan:
        """Choose what goes together, and can be said in the vendor's words."""
        wanted = query.order[0]
        orders = (order for order in self._orders.abilities() if order.sort == wanted)
        return ScanPlan(
            pushed=self._filters.chosen(query.conditions),
            sorted_by=next(orders, None),
            page_size=self._pager.usual_size(),
        )

    async def log_in(self, transport: Any) -> Ticket:  # noqa: ANN401  # the file says which
        """Log in, where the file says how."""
        return await self._entry.log_in(transport)

    async def fetch_page(self, plan: ScanPlan, at: Address, context: Context[Any]) -> RawPage:
        """Read one page."""
        draft = self._draft(self._spec.list.request, context)
        draft.put_all(self._filters.puts(plan.pushed, context.now))
        draft.put_all(self._orders.puts(plan.sorted_by))
        size = self._pager.size(at, plan.page_size)
        self._pager.ask(draft, at, size)
        answer = await self._ask(draft, context)
        if self._meanings.is_no_page(answer, at):
            return RawPage([])
        rows = self._rows.rows(answer.document)
        page = Page(rows, answer, size, is_filtered=bool(plan.pushed))
        following = self._pager.following(at, page)
        return RawPage(rows, following, self._pager.told_total(at, page, following))

    def normalise(self, record: msgspec.Raw, provenance: Provenance) -> Mapped | Rejected:
        """Map a record by the fields of the file."""
        return read_record(record, provenance, self._records.session)

    async def get(self, native_id: str, context: Context[Any]) -> msgspec.Raw | None:
        """Ask for one record, if the file says how."""
        if self._spec.get is None or not self._can_name(self._spec.get.request, native_id):
            return None
        draft = self._draft(self._spec.get.request, context, native_id)
        answer = await self._ask(draft, context)
        rule = self._meanings.rule_for("get", answer)
        if rule is not None and rule.is_ == "not_found":
            return None
        if rule is not None:
            raise error_of(rule, answer)
        answer.raise_for_failure()
        return self._record.row(answer.document)

    async def write(self, write: Write, context: Context[Any]) -> WriteOutcome:
        """Carry out a write."""
        call = self._writes[write.operation]
        if write.native_id is not None and not self._can_name(call.request, write.native_id):
            return Refused(Refusal.NOT_FOUND)
        unfit = call.unfit_field(write)
        if unfit is not None:
            return Refused(Refusal.INVALID_FIELD, unfit)
        draft = self._draft(call.request, context, write.native_id, call.puts(write))

        async def as_it_is() -> msgspec.Raw | None:
            known = write.native_id
            return None if known is None else await self.get(known, context)

        def has_ended(record: msgspec.Raw) -> bool:
            read = self.normalise(record, Provenance("", self.vendor, context.now))
            return isinstance(read, Mapped) and read.session.status is Status.ENDED

        answer = await self._ask(draft, context)
        return await call.outcome(write, answer, self._meanings, Looking(as_it_is, has_ended))

    def _can_name(self, request: Request, native_id: str) -> bool:
        looks_right = self._id_pattern.fullmatch(native_id) is not None
        return looks_right and can_name(request, native_id)

    def _draft(
        self,
        request: Request,
        context: Context[Any],
        native_id: str | None = None,
        puts: Iterable[Put] = (),
    ) -> Draft:
        known = self._known.with_ticket(context.ticket, native_id)
        draft = Draft(request, known, self._headers)
        draft.put_all(puts)
        return draft

    async def _ask(self, draft: Draft, context: Context[Any]) -> Answer:
        self._entry.let_in(draft, context.ticket)
        return await self._calling.ask(draft, context.transport)
