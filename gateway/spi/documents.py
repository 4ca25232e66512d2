"""Files that an adapter reads besides its options, told about as the configuration is."""

from gateway.documents.problems import ConfigurationError, Problem, shown
from gateway.documents.reading import Finding, read_document
from gateway.documents.tree import KeyPath

__all__ = ["ConfigurationError", "Finding", "KeyPath", "Problem", "read_document", "shown"]
