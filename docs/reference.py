"""Writes the reference at the end of ``docs/operating.md``: ``make docs``.

It tells of every metric, every event that is logged, every code and every warning, and what to do
about each. The words of metrics, codes, warnings and problems are the code's own. A test fails
where something is logged, or may go wrong, of which nothing is said here.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gateway.cli.words import FAILURES, WARNINGS
from gateway.metrics.catalogue import METRICS
from gateway.metrics.families import WORKER, Joining, Metric
from gateway.model.report import BackendWarning, ErrorCode
from gateway.web.catalogue import CATALOGUE

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "operating.md"
HEADING = "## Reference\n"

_INTRODUCTION = """
Written by `make docs`, from the code that counts, logs and answers.
"""

EVENTS: Mapping[str, tuple[str, str, str]] = {
    "serving on %s": ("serving on http://127.0.0.1:8080", "The process serves.", ""),
    "%d workers serve on %s": ("4 workers serve on …", "All workers serve.", ""),
    "stopping": ("stopping", "A signal came: what is under way is finished.", ""),
    "stopped": ("stopped", "The process ends.", ""),
    "all workers have stopped": ("all workers have stopped", "The supervisor ends.", ""),
    "reloaded: %s": (
        "reloaded: added: museum; changed: office",
        "What a reload made of the backends, and which other parts of the file changed.",
        "",
    ),
    "not reloaded: what was in force before still is": (
        "not reloaded: what was in force before still is",
        "The new file is wrong; the lines before tell what is, with its places.",
        "Mend the file and send SIGHUP again.",
    ),
    "not reloaded: %s": (
        "not reloaded: 3:9: server.port: …",
        "Of several workers none was told to reload, since the file is wrong.",
        "Mend the file and send SIGHUP again.",
    ),
    "%s: cannot be served": (
        "gateway.yaml: cannot be served",
        "The new file is in order, but cannot be served; what was in force still is.",
        "The traceback tells why; if it is not of this machine, report it.",
    ),
    "%s: it takes a restart to change that": (
        "server.port: it takes a restart to change that",
        "A reload leaves this as it was.",
        "Restart when it suits.",
    ),
    "%s": (
        "cursor.keys: not given, so …",
        "A remark on a configuration, or what is wrong with one, as `check` tells it.",
        "What the line says.",
    ),
    "worker-%d ended by %s; another takes its place in %.1f s": (
        "worker-2 ended by SIGKILL; another takes its place in 0.1 s",
        "A worker died.",
        "SIGKILL is mostly a machine out of memory. SIGSEGV: report it.",
    ),
    "worker-%d did not stop in time and is killed": (
        "worker-2 did not stop in time and is killed",
        "It was told to stop 40 s ago.",
        "What it had under way is lost. Report it if it comes again.",
    ),
    "%s %s %d %.1f ms %s trace %s": (
        "GET /v1/sessions 200 12.3 ms 4f… trace 0a…",
        "A call: method, route, status, time, request id and trace.",
        "",
    ),
    "%s %d %s %s": (
        "(not read) 503 overloaded 4f…",
        (
            "A request that was refused before it was a call: `(unreadable)`, `(not read)` since"
            " there is no room, or `(stopping)`."
        ),
        "See `session_gateway_refused_total`.",
    ),
    "request %s broke": (
        "request 4f… broke",
        "A bug. The client got the id of the request.",
        "Report it, with the traceback.",
    ),
    "the answer to %s broke": (
        "the answer to 4f… broke",
        "A bug, behind everything that would have answered it.",
        "Report it, with the traceback.",
    ),
    "a call was refused, since its key could not be recorded": (
        "a call was refused, since its key could not be recorded",
        "The file in `server.state_dir` cannot be written; the call was not carried out.",
        "See the disk and the rights of the folder.",
    ),
    "the answer to a call could not be recorded under its key": (
        "the answer to a call could not be recorded under its key",
        (
            "The call was carried out and answered; if it is sent again, its outcome is told as"
            " unknown."
        ),
        "See the disk and the rights of the folder.",
    ),
    "shared cache: left alone for a while: %s": (
        "shared cache: left alone for a while: no answer in time",
        "Each replica asks vendors itself, and holds callers to its own rates, until it answers.",
        "See whether Redis is up, how far away it is, and how much else it does.",
    ),
    "shared cache: answers": ("shared cache: answers", "It is in use again.", ""),
    "backend %s: %s: %s": (
        "backend museum: timeout: GET /sessions/: no answer in time",
        "A backend fails. Each code is told once, until it answers again.",
        "See the code, below.",
    ),
    "traces: the collector takes none; they are dropped until it does": (
        "traces: the collector takes none; they are dropped until it does",
        "Spans could not be exported. Calls are answered as ever.",
        "`traces.endpoint`, its `headers`, and the collector's own log.",
    ),
    "traces: the collector takes them again": (
        "traces: the collector takes them again",
        "It recovered.",
        "",
    ),
    "backend %s: answers again": ("backend museum: answers again", "It recovered.", ""),
    "backend %s: does not keep the order it promises": (
        "backend museum: does not keep the order it promises",
        "Three lists in a row came in a wrong order; it is read whole and sorted here from now on.",
        "Report it to the adapter's author. It costs more requests until then.",
    ),
}
"""What is logged, by its text in the code: an example, what it means, and what to do about it."""

_CHANGED = "Something else answers at `url`, or the vendor has changed: its `misfits` tell."

CODES: Mapping[ErrorCode, str] = {
    ErrorCode.TIMEOUT: "The vendor's load, and the way to it; `timeout_s`.",
    ErrorCode.CONNECT: "Whether the vendor is up, and the way to it.",
    ErrorCode.DNS: "The name in `url`, and this machine's name servers.",
    ErrorCode.TLS: "The vendor's certificate, `ca_file`, `fingerprint_sha256`.",
    ErrorCode.RESET: "The vendor's own log; what stands between closes connections, perhaps.",
    ErrorCode.RATE_LIMITED: "Who else calls the vendor; lower `limits.rate`.",
    ErrorCode.UNAVAILABLE: "The vendor's own state.",
    ErrorCode.UPSTREAM_ERROR: "The vendor's own log.",
    ErrorCode.AUTH: "The backend's credentials. Log-ins pause meanwhile: a reload with others ends"
    " that.",
    ErrorCode.FORBIDDEN: "What the credentials may read at the vendor.",
    ErrorCode.BAD_PAYLOAD: _CHANGED,
    ErrorCode.SCHEMA: _CHANGED,
    ErrorCode.TOO_LARGE: "`limits.max_body`.",
    ErrorCode.PROTOCOL: _CHANGED,
    ErrorCode.CIRCUIT_OPEN: "The failures before it: the vendor is left alone for a while.",
    ErrorCode.OVERLOADED: "Too many whole lists or large answers at once, too many requests that"
    " wait for their turn, or no file descriptors left. It passes; if it comes often, see `limits`"
    " and `cache.ttl_s`.",
    ErrorCode.CONFIG: "`url`: the vendor has no such list there, redirects elsewhere, or its name"
    " stands for an address that is never reached; `proxy`: it refuses.",
    ErrorCode.BUDGET_EXCEEDED: "The vendor lists more than fits into 512 MiB, or sends one page"
    " larger than an answer may cost: narrow what it is asked for.",
    ErrorCode.GROUP_TOO_LARGE: "More than 5,000 sessions begin in one stretch that the vendor does"
    " not order; filter, or sort otherwise.",
    ErrorCode.NOT_CACHED: "Nothing: a client wanted only what is kept.",
    ErrorCode.WRITE_OUTCOME_UNKNOWN: "What the vendor has: it broke off, or hung, in the middle of"
    " a write.",
}
"""What to look at, by the code of a backend's failure."""

REMEDIES: Mapping[BackendWarning, str] = {
    BackendWarning.REJECTED_ROWS: "The vendor has changed, perhaps: `include=raw` shows records.",
    BackendWarning.UNREADABLE_FIELDS: "The same: the attributes show what came.",
    BackendWarning.DUPLICATES: "A few are usual while sessions move.",
    BackendWarning.PAGE_DRIFT: "Usual while many sessions begin; ask again for the whole.",
    BackendWarning.ORDER_VIOLATION: "After three lists in a row the backend is read whole.",
    BackendWarning.HORIZON_REACHED: "A longer `horizon`, if older sessions matter.",
    BackendWarning.BUDGET_REACHED: "Go on with the cursor; narrower filters cost less.",
    BackendWarning.WARMING: "The next call finds it. At every call: `ttl_s` is too short, or the"
    " vendor takes longer than it may.",
    BackendWarning.CLOCK_SKEW: "Set the vendor's clock, or the one here.",
}
"""What to do, by the warning that stands beside a backend's sessions."""


def with_reference(text: str) -> str:
    """Give the document with its last section written anew."""
    return text.partition(HEADING)[0] + HEADING + "\n".join((_INTRODUCTION, *_sections()))


def events_logged() -> frozenset[str]:
    """Find the text of everything that the gateway logs."""
    files = (ROOT / "gateway").rglob("*.py")
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in files)
    return frozenset(text for tree in trees for text in _logged(tree))


def _logged(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="_LOG")), args=[ast.Constant(value=text), *_]
            ):
                yield str(text)
            case ast.Assign(targets=[ast.Name(id="_LINE")], value=ast.Constant(value=text)):
                yield str(text)


def _sections() -> Iterator[str]:
    yield "### Metrics\n"
    yield _table(
        ("metric", "kind", "labels", "tells", "what to do"), map(_metric, METRICS.values())
    )
    yield "### Log events\n"
    yield _table(
        ("line", "means", "what to do"),
        ((f"`{example}`", *words) for example, *words in EVENTS.values()),
    )
    yield "### Error codes of backends\n"
    yield _table(
        ("code", "means", "what to look at"),
        ((f"`{code}`", _sentence(FAILURES[code]), CODES[code]) for code in ErrorCode),
    )
    yield "### Warnings of backends\n"
    yield _table(
        ("warning", "means", "what to do"),
        ((f"`{each}`", _sentence(WARNINGS[each]), REMEDIES[each]) for each in BackendWarning),
    )
    yield "### Problems of calls\n"
    yield "What a client is told, here and at `GET /problems/{code}`.\n"
    yield _table(
        ("status", "code", "means", "what its client can do"),
        (
            (f"{kind.status.value}", f"`{code}`", kind.meaning, kind.remedy)
            for code, kind in CATALOGUE.items()
        ),
    )


def _metric(metric: Metric) -> Sequence[str]:
    labels = (*metric.labels, *((WORKER,) if metric.joining is Joining.APART else ()))
    told = ", ".join(f"`{label}`" for label in labels)
    return f"`{metric.name}`", metric.kind.value, told, metric.meaning, metric.remedy


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(re.sub(" +", " ", f"| {' | '.join(line)} |\n") for line in lines)


if __name__ == "__main__":
    FILE.write_text(with_reference(FILE.read_text(encoding="utf-8")), encoding="utf-8")
