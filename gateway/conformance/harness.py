"""What somebody gives to have an adapter tested, where those look for it who test one."""

from gateway.spi.harness import Clock, FakeVendor, Harness, HeldSession, WriteExample, utc_now

__all__ = ["Clock", "FakeVendor", "Harness", "HeldSession", "WriteExample", "utc_now"]
