"""A backend completed: its adapter's options, and each figure from itself or the defaults."""

import functools
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gateway.config.rules import unusable_files, unusable_proxy
from gateway.config.settings import (
    BackendEntry,
    BackendLimits,
    BackendSettings,
    CacheSettings,
    DefaultSettings,
    LimitSettings,
    Section,
    SetBy,
)
from gateway.config.validation import Validator
from gateway.config.values import is_true
from gateway.documents.problems import ConfigurationError, Problems
from gateway.documents.tree import KeyPath, select
from gateway.paging.planner import can_slice
from gateway.spi import (
    Abilities,
    AdapterOptions,
    HttpEndpoint,
    Json,
    Operation,
    RpcEndpoint,
    Usual,
)
from gateway.spi.registry import (
    NotUsableError,
    PluginError,
    blaming_adapter,
    load_adapter,
    tried,
)
from gateway.spi.unusable import UnusableOptions

OptionsT = TypeVar("OptionsT", bound=AdapterOptions)
SectionT = TypeVar("SectionT", bound=Section)


class OptionsReader:
    """Reads the options of backends with the models of their adapters.

    ``plugins`` are the distributions beside this one whose adapters may be used. What does not load
    of them is a problem to who is strict; for all others something stands in for its options.
    """

    def __init__(
        self,
        folder: Path,
        validator: Validator,
        problems: Problems,
        plugins: Collection[str] = (),
        *,
        is_strict: bool = False,
    ) -> None:
        self._folder = folder
        self._plugins = plugins
        self._is_strict = is_strict
        self._validator = validator
        self._problems = problems
        # A look-up reads the disk.
        self._adapter = functools.cache(lambda name: load_adapter(name, plugins))

    def read(self, backend: Json, path: KeyPath) -> AdapterOptions | None:
        """Give a backend's options, none if they or their adapter cannot be read."""
        try:
            model = self._model(backend)
            if model is None:
                return None
            return self._read(model, backend, path)
        except NotUsableError as error:
            self._problems.add((*path, "adapter"), str(error))
        except PluginError as error:
            if not self._is_strict:
                return UnusableOptions(reason=str(error))
            self._problems.add((*path, "adapter"), str(error))
        return None

    def _read(
        self, model: type[AdapterOptions], backend: Json, path: KeyPath
    ) -> AdapterOptions | None:
        at = (*path, "options")
        with blaming_adapter(_adapter_name(backend), self._plugins):
            options = self._validator.read(model, backend.get("options", {}), at)
        if options is None:
            return None
        options = _located(options, self._folder)
        for file, message in unusable_files(options, at):
            self._problems.add(file, message)
        if isinstance(backend, dict):
            adapter = self._adapter(_adapter_name(backend))(options)
            abilities = self._abilities(_adapter_name(backend), options)
            self._check_horizon(backend, abilities, path)
            self._check_trace_context(backend, adapter.endpoint(), path)
            self._check_operations(backend, abilities, path)
            for message in unusable_proxy(backend.get("proxy"), options):
                self._problems.add((*path, "proxy"), message)
        return options

    def resolve(
        self, entry: BackendEntry, options: AdapterOptions, defaults: DefaultSettings
    ) -> BackendSettings:
        """Take each figure from the backend where it says one, else as its vendor is best asked.

        What neither says is taken from the defaults.
        """
        usual = self._usual(entry.adapter, options)
        usually = _known(defaults, timeout_s=usual.timeout_seconds)
        return BackendSettings.model_validate(
            dict(entry)
            | {
                "options": options,
                "timeout_s": _merged(entry, usually)["timeout_s"],
                "cache": CacheSettings(**_merged(entry.cache, _kept(usual, defaults.cache))),
                "limits": _limits(entry.limits, _capped(usual, defaults.limits)),
            }
        )

    def _usual(self, name: str, options: AdapterOptions) -> Usual:
        is_unusable = isinstance(options, UnusableOptions)
        return Usual() if is_unusable else self._abilities(name, options).usual

    def _abilities(self, name: str, options: AdapterOptions) -> Abilities:
        with blaming_adapter(name, self._plugins):
            return tried(self._adapter(name), options)

    def _check_horizon(self, backend: Json, abilities: Abilities, path: KeyPath) -> None:
        """Refuse a horizon that would have no effect."""
        if backend.get("horizon") is not None and not can_slice(abilities):
            message = "has no effect: this vendor is not read by windows of time"
            self._problems.add((*path, "horizon"), message)

    def _check_trace_context(
        self, backend: Mapping[str, Json], endpoint: HttpEndpoint | RpcEndpoint, path: KeyPath
    ) -> None:
        """Refuse to tell of traces where there is no place for it."""
        if is_true(backend.get("trace_context")) and isinstance(endpoint, RpcEndpoint):
            message = "has no effect: this vendor is spoken to over a WebSocket"
            self._problems.add((*path, "trace_context"), message)

    def _check_operations(self, backend: Json, abilities: Abilities, path: KeyPath) -> None:
        """Refuse writes that the vendor cannot do."""
        possible = sorted(operation.value for operation in abilities.operations)
        words = f"are: {', '.join(possible)}" if possible else "are none"
        for at, operation in select(backend, "operations[]"):
            if operation in set(Operation) and operation not in possible:
                message = f"this vendor cannot do that; the operations of its adapter {words}"
                self._problems.add((*path, *at), message)

    def _model(self, backend: Json) -> type[AdapterOptions] | None:
        name = backend.get("adapter") if isinstance(backend, dict) else None
        if not isinstance(name, str):
            return None
        adapter, options = self._adapter(name), backend.get("options")
        with blaming_adapter(name, self._plugins):
            try:
                return adapter.options_model_for(
                    options if isinstance(options, dict) else {}, self._folder
                )
            except ConfigurationError as error:
                self._problems.include(error.problems)
                return None


def _adapter_name(backend: Json) -> str:
    return str(backend.get("adapter")) if isinstance(backend, dict) else ""


def _kept(usual: Usual, defaults: CacheSettings) -> CacheSettings:
    return _known(
        defaults,
        ttl_s=usual.ttl_seconds,
        stale_while_revalidate_s=usual.stale_while_revalidate_seconds,
        stale_if_error_s=usual.stale_if_error_seconds,
    )


def _capped(usual: Usual, defaults: LimitSettings) -> LimitSettings:
    if usual.max_body_bytes is None:
        return defaults
    return _known(defaults, max_body=min(usual.max_body_bytes, defaults.max_body))


def _known(section: SectionT, **values: float | None) -> SectionT:
    """Put these values in a section, but for those that are not known."""
    return section.model_copy(update={k: value for k, value in values.items() if value is not None})


def _limits(own: LimitSettings, defaults: LimitSettings) -> BackendLimits:
    return BackendLimits(
        **_merged(own, defaults),
        concurrency_set_by=_set_by("concurrency", own, defaults),
        rate_set_by=_set_by("rate", own, defaults),
        max_body_set_by=_set_by("max_body", own, defaults),
    )


def _merged(own: Section, defaults: Section) -> dict[str, Any]:
    return {
        name: getattr(own if name in own.model_fields_set else defaults, name)
        for name in type(defaults).model_fields
    }


def _set_by(name: str, own: Section, defaults: Section) -> SetBy:
    if name in own.model_fields_set:
        return SetBy.BACKEND
    return SetBy.DEFAULTS if name in defaults.model_fields_set else SetBy.NOBODY


def _located(options: OptionsT, folder: Path) -> OptionsT:
    """Take relative paths from the configuration's folder, wherever the gateway was started."""
    paths = {name: folder / value for name, value in options if isinstance(value, Path)}
    return options.model_copy(update=paths)
