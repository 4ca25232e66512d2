"""The configuration: one file, checked as a whole before anything starts."""

from gateway.config.accounts import Account, account
from gateway.config.load import load
from gateway.config.problems import ConfigurationError, Problem
from gateway.config.remarks import warnings
from gateway.config.rules import is_loopback
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
    ServerSettings,
    SetBy,
    Settings,
    TlsSettings,
)

__all__ = [
    "Account",
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
    "Problem",
    "ServerSettings",
    "SetBy",
    "Settings",
    "TlsSettings",
    "account",
    "is_loopback",
    "load",
    "warnings",
]
