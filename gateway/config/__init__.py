"""The configuration: one file, checked as a whole before anything starts."""

from gateway.config.accounts import AccountKey, account_key
from gateway.config.load import Served, load
from gateway.config.reloading import Reread, Source
from gateway.config.remarks import warnings
from gateway.config.rules import is_loopback
from gateway.config.schema import configuration_schema, file_schema
from gateway.config.secrets import secrets_of
from gateway.config.settings import (
    Action,
    AuthSettings,
    BackendLimits,
    BackendSettings,
    CacheSettings,
    CorsSettings,
    CursorSettings,
    DefaultSettings,
    KeySettings,
    LimitSettings,
    LogFormat,
    LogSettings,
    ServerSettings,
    SetBy,
    Settings,
    TlsSettings,
    TracesSettings,
)
from gateway.config.showing import shown
from gateway.documents.problems import ConfigurationError, Problem

__all__ = [
    "AccountKey",
    "Action",
    "AuthSettings",
    "BackendLimits",
    "BackendSettings",
    "CacheSettings",
    "ConfigurationError",
    "CorsSettings",
    "CursorSettings",
    "DefaultSettings",
    "KeySettings",
    "LimitSettings",
    "LogFormat",
    "LogSettings",
    "Problem",
    "Reread",
    "Served",
    "ServerSettings",
    "SetBy",
    "Settings",
    "Source",
    "TlsSettings",
    "TracesSettings",
    "account_key",
    "configuration_schema",
    "file_schema",
    "is_loopback",
    "load",
    "secrets_of",
    "shown",
    "warnings",
]
