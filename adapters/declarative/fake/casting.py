"""Casts backwards: how a vendor writes an instant, a length, a word, a list. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.declarative.language.mapping import DurationCast, InstantCast
from gateway.spi import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FINENESS = {
    "iso": timedelta(microseconds=1),
    "epoch_s": timedelta(seconds=1),
    "epoch_ms": timedelta(milliseconds=1),
    "epoch_us": timedelta(microseconds=1),
}
_FAR_EAST = timedelta(hours=5, minutes=45)


def as_fine_as(cast: InstantCast, instant: datetime) -> datetime:
    """Cut an instant to what can be written."""
    return instant - (instant - _EPOCH) % _FINENESS[cast]


def written_instant(cast: InstantCast, zone: str | None, instant: datetime) -> Json:
    """Write an instant; one in ISO without a zone has its own offset, which is not always UTC."""
    if cast != "iso":
        return (instant - _EPOCH) // _FINENESS[cast]
    if zone is not None:
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    if instant.minute % 2:
        return (instant + _FAR_EAST).replace(tzinfo=None).isoformat() + "+05:45"
    return instant.isoformat().replace("+00:00", "Z")


def read_instant(cast: InstantCast, zone: str | None, value: Json) -> datetime:
    """Read an instant that was written so."""
    if cast != "iso":
        return _EPOCH + int(value) * _FINENESS[cast]
    told = datetime.fromisoformat(value)
    return (told if told.tzinfo else told.replace(tzinfo=ZoneInfo(zone or "UTC"))).astimezone(UTC)


def written_length(cast: DurationCast, length: timedelta) -> Json:
    """Write how long a session took."""
    seconds = length.total_seconds()
    match cast:
        case "seconds":
            return int(seconds) if seconds.is_integer() else seconds
        case "milliseconds":
            return length // timedelta(milliseconds=1)
        case "iso_duration":
            minutes, rest = divmod(seconds, 60)
            return f"PT{minutes:.0f}M{rest:g}S"
        case "dotnet_duration":
            return _time_span(length)


def written_word(word: str) -> Json:
    """Write one of the vendor's words, ``true`` and ``false`` as what they look like."""
    return {"true": True, "false": False}.get(word, word)


def _time_span(length: timedelta) -> str:
    hours, rest = divmod(length.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    days = f"{length.days}." if length.days else ""
    fraction = f".{length.microseconds * 10:07}" if length.microseconds else ""
    return f"{days}{hours:02}:{minutes:02}:{seconds:02}{fraction}"
