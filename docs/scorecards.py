"""Writes a scorecard for each vendor into ``docs/vendors``: ``make docs``.

What it says of filters, orders and writes is asked of the adapters, and the rest of the facts that
stand beside the simulators, each of which has a test.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.simulators.facts import Dialect, Facts, Quirk, Unknown
from gateway.app import utc_now
from gateway.spi import Abilities, Support
from gateway.spi.registry import load_adapter, load_simulator, simulator_names
from gateway.web.backends import filters

FOLDER = Path(__file__).parent / "vendors"

_HOME = "http://127.0.0.1:1"
_GRADES = {
    Support.EXACT: "the vendor",
    Support.INEXACT: "the vendor, roughly; the rest here",
    Support.UNSUPPORTED: "here",
    Support.ABSENT: "nobody: its records do not tell",
}


def scorecards() -> Mapping[str, str]:
    """Give the text of every page by the name of its file."""
    pages = {f"{name}.md": _scorecard(name) for name in simulator_names()}
    return {"README.md": _overview(), **pages}


def _overview() -> str:
    return _page(
        "Vendors",
        "What is known of each vendor, what it does itself, and what is done about the rest."
        " Written by `make docs`.",
        _table(
            ("vendor", "calls", "pages", "writes", "quirks", "unknowns"),
            map(_line, simulator_names()),
        ),
    )


def _line(name: str) -> Sequence[str]:
    facts, abilities = _facts(name), [*_abilities(name).values()]
    writes = {each.value for told in abilities for each in told.operations}
    return (
        f"[{name}]({name}.md)",
        f"{len(facts.calls)}",
        _words(abilities[0].paging.style),
        ", ".join(sorted(writes)) or "none",
        f"{len(facts.quirks)}",
        f"{len(facts.unknowns)}",
    )


def _scorecard(name: str) -> str:
    facts, abilities = _facts(name), _abilities(name)
    return _page(
        load_adapter(name).vendor,
        f"The adapter `{name}`. Every quirk has a test of its name in `tests/quirks`, and every way"
        " a vendor may turn out to be is read right by a test.",
        "## Calls",
        _table(("call", "for"), ((f"`{call.name}`", call.use) for call in facts.calls)),
        "## Who checks a filter",
        _filter_table(abilities),
        "## Orders and pages",
        *_orders_and_pages(abilities),
        "## Writes",
        *_writes(abilities),
        "## Quirks",
        "\n".join(map(_quirk, facts.quirks)),
        "## What is not known",
        "\n".join(map(_unknown, facts.unknowns)),
    )


def _facts(name: str) -> Facts:
    simulator: Any = load_simulator(name)  # of ours each has its facts
    facts: Facts = simulator.facts
    return facts


def _abilities(name: str) -> Mapping[str, Abilities]:
    """Ask the adapter what the vendor does, in each dialect and for who may write."""
    dialects = _facts(name).dialects or {"": Dialect(None)}
    return {title: _told(name, dialect) for title, dialect in dialects.items()}


def _told(name: str, dialect: Dialect) -> Abilities:
    manners = {} if dialect.manners is None else {"manners": dialect.manners}
    simulator: Any = load_simulator(name)
    options = simulator(rows=0, seed=0, clock=utc_now, **manners).options(_HOME)
    adapter = load_adapter(name)
    model = adapter.options_model.model_validate({**options, **dialect.options})
    return adapter(model).abilities()


def _filter_table(abilities: Mapping[str, Abilities]) -> str:
    graded = {title: filters(told) for title, told in abilities.items()}
    first = next(iter(graded.values()))
    rows = [
        (f"`{field}`", _words(op), *(_GRADES[told[field][op]] for told in graded.values()))
        for field, ops in first.items()
        for op in ops
    ]
    return _table(("field", "comparison", *(title or "checked by" for title in graded)), rows)


def _orders_and_pages(abilities: Mapping[str, Abilities]) -> Iterator[str]:
    for title, told in abilities.items():
        orders = [
            f"`{'-' if each.sort.is_descending else ''}{each.sort.field}` to {each.granularity}"
            for each in told.sorts
        ]
        size = f", of at most {told.paging.max_size}" if told.paging.max_size else ""
        detail = "a call for one session" if told.has_detail else "no call for one session"
        yield (
            f"{title + ': ' if title else ''}orders: {', '.join(orders) or 'none'};"
            f" pages: {_words(told.paging.style)}{size}; total: {_words(told.paging.total)};"
            f" {detail}."
        )


def _writes(abilities: Mapping[str, Abilities]) -> Iterator[str]:
    rows = [
        (title, each.value, ", ".join(f"`{name}`" for name in sorted(fields)) or "none")
        for title, told in abilities.items()
        for each, fields in sorted(told.operations.items())
    ]
    yield _table(("dialect", "write", "fields"), rows) if rows else "None."


def _quirk(quirk: Quirk) -> str:
    name = quirk.name.replace("_", " ")
    return f"- **{name}**: {quirk.fact} *{quirk.source}.* {quirk.handling}"


def _unknown(unknown: Unknown) -> str:
    ways = f" Tried: {_words('; '.join(unknown.ways))}." if unknown.ways else ""
    return f"- **{unknown.question}** {unknown.hedge}{ways}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((f"# {title}", *parts)) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in scorecards().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
