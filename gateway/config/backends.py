"""A backend completed: its adapter's options, and each figure from itself or the defaults."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from gateway.config.problems import Problems
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
from gateway.config.tree import KeyPath, select
from gateway.config.validation import Validator
from gateway.config.values import is_true
from gateway.paging.planner import can_slice
from gateway.spi import (
    Abilities,
    AdapterOptions,
    HttpEndpoint,
    Json,
    Operation,
    RpcEndpoint,
)
from gateway.spi.registry import NotUsableError, load_adapter

OptionsT = TypeVar("OptionsT", bound=AdapterOptions)


class OptionsReader:
    """Reads the options of backends with the models of their adapters."""

    def __init__(self, folder: Path, validator: Validator, problems: Problems) -> None:
        self._folder = folder
        self._validator = validator
        self._problems = problems
        self._adapter = functools.cache(load_adapter)  # a look-up reads the disk

    def read(self, backend: Json, path: KeyPath) -> AdapterOptions | None:
        """Give a backend's options, none if they or their adapter cannot be read."""
        model = self._model(backend, path)
        if model is None:
            return None
        at = (*path, "options")
        options = self._validator.read(model, backend.get("options", {}), at)
        if options is None:
            return None
        options = _located(options, self._folder)
        for file, message in unusable_files(options, at):
            self._problems.add(file, message)
        if isinstance(backend, dict):
            adapter = self._adapter(str(backend.get("adapter")))(options)
            abilities = adapter.abilities()
            self._check_horizon(backend, abilities, path)
            self._check_trace_context(backend, adapter.endpoint(), path)
            self._check_operations(backend, abilities, path)
            for message in unusable_proxy(backend.get("proxy"), options):
                self._problems.add((*path, "proxy"), message)
        return options

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

    def _model(self, backend: Json, path: KeyPath) -> type[AdapterOptions] | None:
        name = backend.get("adapter") if isinstance(backend, dict) else None
        if not isinstance(name, str):
            return None
        try:
            return self._adapter(name).options_model
        except NotUsableError as error:
            self._problems.add((*path, "adapter"), str(error))
            return None


def resolved(
    entry: BackendEntry, options: AdapterOptions, defaults: DefaultSettings
) -> BackendSettings:
    """Take each figure from the backend where it says one, else from the defaults."""
    return BackendSettings.model_validate(
        dict(entry)
        | {
            "options": options,
            "timeout_s": _merged(entry, defaults)["timeout_s"],
            "cache": CacheSettings(**_merged(entry.cache, defaults.cache)),
            "limits": _limits(entry.limits, defaults.limits),
        }
    )


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
