"""The baseline's filters and order, over rows that are plain dicts."""

from datetime import datetime

from baseline_rows import Row


def selected(rows: list[Row], statuses: set[str], after: datetime | None) -> list[Row]:
    """Take what passes the filters, newest first."""
    passed = [
        row
        for row in rows
        if (not statuses or row["status"] in statuses)
        and (after is None or (row["started_at"] is not None and row["started_at"] >= after))
    ]
    return sorted(passed, key=_place)


def _place(row: Row) -> tuple[bool, float, str, str]:
    start = row["started_at"]
    return (start is None, -start.timestamp() if start else 0.0, row["backend"], row["native_id"])
