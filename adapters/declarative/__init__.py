"""Any vendor, from one YAML file: the adapter that reads how to speak with it."""

from adapters.declarative.adapter import DeclarativeAdapter

__all__ = ["DeclarativeAdapter"]
