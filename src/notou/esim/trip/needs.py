"""How much data a trip needs. What the person says goes before what the vault measured, that before guesses.

Every part says where its figure is from. What may not enter: plans, prices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from notou.esim.trip.measure import Measured
from notou.model import Lane

MB = 10**6
PHOTO_BYTES = 4 * MB
VIDEO_MINUTE_BYTES = 120 * MB
CALL_HOUR_BYTES = 50 * MB
ASSUMED_PHOTOS = Decimal(20)
ASSUMED_VIDEO_MINUTES = Decimal(2)
ASSUMED_CALL_HOURS = Decimal("0.5")
ASSUMED_OWN_USE_MB = Decimal(300)
ASSUMED_REST_BYTES = 10 * MB
OVERHEAD_PERCENT = 10
"""What repeats, encryption and the protocols add to what a backup sends."""


class PartKind(StrEnum):
    """What uses data."""

    OWN_USE = "own_use"
    CALLS = "calls"
    SMALL = "small"  # contacts, calendars, messages, documents, codes
    PHOTOS = "photos"
    VIDEOS = "videos"
    OTHER = "other"


class Origin(StrEnum):
    """Where a figure is from."""

    SAID = "said"
    MEASURED = "measured"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Habits:
    """What the person says of a day of the trip; None where nothing was said."""

    photos: Decimal | None = None
    video_minutes: Decimal | None = None
    call_hours: Decimal | None = None
    own_use_mb: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One use of data. ``waits``: it can wait for Wi-Fi.

    ``amount`` is what was said or assumed, in the kind's own unit; ``measured`` is what the vault tells.
    """

    kind: PartKind
    bytes_a_day: int
    origin: Origin
    waits: bool
    amount: Decimal | None = None
    measured: Measured | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes over mobile data for the whole trip."""

    waiting_bytes: int  # photos, videos and other files wait for Wi-Fi
    all_bytes: int  # nothing waits


def parts_of(habits: Habits, measured: Mapping[Lane, Measured]) -> tuple[Part, ...]:
    """What a day uses. A class that the vault has not measured is assumed, but for those nobody must have."""
    own = _said(PartKind.OWN_USE, habits.own_use_mb, ASSUMED_OWN_USE_MB, MB)
    calls = _said(PartKind.CALLS, habits.call_hours, ASSUMED_CALL_HOURS, CALL_HOUR_BYTES)
    photos = _pictures(PartKind.PHOTOS, habits.photos, ASSUMED_PHOTOS, PHOTO_BYTES, measured.get(Lane.PHOTOS))
    film = measured.get(Lane.VIDEOS)
    videos = _pictures(PartKind.VIDEOS, habits.video_minutes, ASSUMED_VIDEO_MINUTES, VIDEO_MINUTE_BYTES, film)
    other = measured.get(Lane.OTHER)
    rest = (_from_vault(PartKind.OTHER, other, waits=True),) if other is not None else ()
    return (own, calls, _small(measured), photos, videos, *rest)


def need_of(parts: tuple[Part, ...], days: int) -> Need:
    """What so many days need."""
    waiting = sum(part.bytes_a_day for part in parts if not part.waits)
    return Need(waiting * days, sum(part.bytes_a_day for part in parts) * days)


def _said(kind: PartKind, said: Decimal | None, assumed: Decimal, unit_bytes: int) -> Part:
    amount, origin = (assumed, Origin.ASSUMED) if said is None else (said, Origin.SAID)
    return Part(kind, _whole(amount * unit_bytes), origin, waits=False, amount=amount)


def _pictures(
    kind: PartKind, said: Decimal | None, assumed: Decimal, unit_bytes: int, measured: Measured | None
) -> Part:
    if said is None and measured is not None:
        return _from_vault(kind, measured, waits=True)
    amount, origin = (assumed, Origin.ASSUMED) if said is None else (said, Origin.SAID)
    return Part(kind, _sent(_whole(amount * unit_bytes)), origin, waits=True, amount=amount)


def _from_vault(kind: PartKind, measured: Measured, *, waits: bool) -> Part:
    return Part(kind, _sent(measured.bytes_a_day), Origin.MEASURED, waits, measured=measured)


def _small(measured: Mapping[Lane, Measured]) -> Part:
    lanes = (Lane.WALLET, Lane.CONTACTS, Lane.CALENDARS, Lane.MESSAGES, Lane.DOCUMENTS)
    known = [measured[lane] for lane in lanes if lane in measured]
    if not known:
        return Part(PartKind.SMALL, _sent(ASSUMED_REST_BYTES), Origin.ASSUMED, waits=False)
    longest = max(known, key=lambda each: each.span_ns)
    size = _sent(sum(each.bytes_a_day for each in known))
    return Part(PartKind.SMALL, size, Origin.MEASURED, waits=False, measured=longest)


def _sent(size: int) -> int:
    """Bytes over the line for bytes of a backup."""
    return -(-size * (100 + OVERHEAD_PERCENT) // 100)


def _whole(size: Decimal) -> int:
    return int(size.to_integral_value(ROUND_CEILING))
