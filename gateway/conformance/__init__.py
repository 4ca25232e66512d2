"""The conformance kit: thirteen laws, and a harness to try any adapter on them.

``gateway.conformance.suite`` puts them into pytest; ``examine`` gives a report without it.
"""

from gateway.conformance.examination import Finding, Verdict, examine
from gateway.conformance.harness import FakeVendor, Harness, HeldSession, WriteExample
from gateway.conformance.law import Check, Law, LawBroken

__all__ = [
    "Check",
    "FakeVendor",
    "Finding",
    "Harness",
    "HeldSession",
    "Law",
    "LawBroken",
    "Verdict",
    "WriteExample",
    "examine",
]
