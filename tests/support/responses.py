"""aioresponses, made to work with the aiohttp of today."""

import inspect
from unittest.mock import Mock

import aiohttp
from aioresponses import core


def is_shim_needed() -> bool:
    """Say whether aiohttp wants an argument that aioresponses does not give."""
    parameter = inspect.signature(aiohttp.ClientResponse.__init__).parameters.get("stream_writer")
    gives_it = "stream_writer" in inspect.getsource(core)
    return parameter is not None and parameter.default is parameter.empty and not gives_it


class _Response(aiohttp.ClientResponse):
    def __init__(self, *args: object, **options: object) -> None:
        options.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **options)  # type: ignore[arg-type]  # passed on


if is_shim_needed():
    # What aioresponses makes its replies of.
    vars(core)["ClientResponse"] = _Response
