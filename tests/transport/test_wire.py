"""Which wire an endpoint gets."""

from gateway.spi import HttpEndpoint, RpcEndpoint
from gateway.transport.http import HttpWire
from gateway.transport.limits import Limits, Trust
from gateway.transport.rpc import RpcWire
from gateway.transport.wire import open_wire


def test_each_kind_of_endpoint_gets_its_own_kind_of_wire() -> None:
    http = open_wire(HttpEndpoint("https://vendor.example"), Limits(), Trust())
    rpc = open_wire(RpcEndpoint("wss://vendor.example"), Limits(), Trust())

    assert isinstance(http, HttpWire)
    assert isinstance(rpc, RpcWire)
