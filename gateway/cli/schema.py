"""``session-gateway schema``: what editors know of the files that people write."""

from gateway.cli.ending import WRONG, fail
from gateway.config import configuration_schema, file_schema
from gateway.documents.schema import Schema
from gateway.spi.registry import NotUsableError


def schema_of(adapter: str | None) -> Schema:
    """Give the schema of the configuration, or of the file that an adapter's options name."""
    if adapter is None:
        return configuration_schema()
    try:
        return file_schema(adapter)
    except NotUsableError as error:
        fail(str(error), status=WRONG)
