"""Made-up sessions in plain words, as awkward as those of a vendor. Pure.

Of three sessions two begin in the same instant and the third within the same second; some go on,
some lack what others have, and people have odd names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAY = timedelta(days=1)
_WITHIN_A_SECOND = timedelta(milliseconds=300)

_AGES = (
    *(timedelta(minutes=minutes) for minutes in (2, 41, 190)),
    *(timedelta(hours=hours) for hours in (11, 26, 51)),
    *(days * _DAY for days in (3, 8, 40)),
)
"""How long ago sessions began, three at a time; those that follow began each a day before."""

_LENGTHS = (
    *(timedelta(seconds=90), timedelta(seconds=90), timedelta(hours=26, minutes=5)),
    *(None, timedelta(seconds=1), timedelta(milliseconds=250), None),
)

_AWKWARD = ("plain", "Ünïcödé 安全", "a, b; c", "O'Brien & Söhne <x>", "PLAIN", 'say "no" \\ %2F')
_NAMES = ("Amélie Dubois", "Björn O'Neil", "amélie dubois", "Ida, née Novák", "名前", "Ida Novák")
_WORDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("title", "space_name"), _AWKWARD),
    "user_name": _NAMES,
    "device_name": ("Headset 1", "headset 1", "Kiosk — north", "K-2"),
    "client_name": ("Android", "iOS", "Windows", "windows"),
    "client_version": ("1.0", "10.2.1", "2.0-beta+7"),
    "language": ("en", "fr-CA", "de", "EN"),
}
_ID_STEMS = {"user_id": "u", "device_id": "d", "space_id": "room"}
_TAGS: tuple[tuple[str, ...], ...] = (
    *(("alpha",), ("alpha", "béta"), (), ("Alpha", "with space", "x")),
)


@dataclass(frozen=True, slots=True)
class Life:
    """One session before any vendor has written it down; ``number`` counts from 1."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    last_activity_at: datetime

    @property
    def length(self) -> timedelta | None:
        """Say how long it took."""
        return None if self.ended_at is None else self.ended_at - self.started_at

    @property
    def tags(self) -> tuple[str, ...]:
        """Give its tags."""
        return _TAGS[self.number % len(_TAGS)]

    @property
    def people(self) -> int:
        """Say how many took part."""
        return self.number % 4


def life(number: int, now: datetime) -> Life:
    """Make up the session of this number as of an instant, the first the newest."""
    group, place = divmod(number - 1, 3)
    age = _AGES[group] if group < len(_AGES) else _AGES[-1] + (group - len(_AGES) + 1) * _DAY
    start = now.replace(microsecond=0) - age + (place == 2) * _WITHIN_A_SECOND  # noqa: PLR2004  # the third
    return _from(number, start, now)


def newcomer(number: int, now: datetime) -> Life:
    """Make up one that comes later: at times the newest, at times one between others."""
    is_newest = number % 2 == 0
    age = timedelta(seconds=1) if is_newest else timedelta(minutes=number * 101 % 700)
    return _from(number, now.replace(microsecond=0) - age, now)


def candidates(key: str, number: int) -> tuple[str, ...]:
    """Give texts that a field of this key may hold, the most awkward first."""
    if key in _ID_STEMS:
        which = number % 5 + 1
        stem = _ID_STEMS[key]
        return (f"{stem}-{which}", f"{which:03}", f"{stem}{which}", *_identifiers(which))
    words = _WORDS.get(key, _AWKWARD)
    begin = number % len(words)
    return (*words[begin:], *words[:begin], *_identifiers(number % 5 + 1))


def native_ids(number: int) -> tuple[str, ...]:
    """Give ids that a session of this number may have, in several styles."""
    return (f"s {number}/é", f"s-{number}", *_identifiers(number))


def _identifiers(number: int) -> tuple[str, ...]:
    return (
        f"{number}",
        f"{number:08}",
        f"{number * 2654435761 % 2**32:08x}",
        f"{number:08x}-0000-4000-8000-{number * 7919:012x}",
        f"{number * 2654435761 % 2**96:024x}",
        f"id{number}",
        f"ID{number}",
    )


def _from(number: int, start: datetime, now: datetime) -> Life:
    length = _LENGTHS[number % len(_LENGTHS)]
    end = None if length is None or start + length > now else start + length
    last = end or min(now, start + timedelta(seconds=30 * (number % 3)))
    return Life(number, start, end, last)
