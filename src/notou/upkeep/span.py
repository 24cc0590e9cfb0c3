"""A stretch of calendar time as people write it for retention: ``2y5m7d3h``. Pure.

What may not enter: clocks, time zones of this machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notou.errors import UsageError
from notou.sentence import say

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PART = re.compile(r"(\d{1,4})([ymdh])")
_NS = 1_000_000_000
_FIRST_S = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST_S = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def moment(time_ns: int) -> datetime:
    """The moment in UTC, to the second; one that lies outside the calendar counts as its edge."""
    return _EPOCH + timedelta(seconds=min(max(time_ns // _NS, _FIRST_S), _LAST_S))


@dataclass(frozen=True, slots=True)
class Span:
    """Years, months, days and hours; false when all are zero."""

    years: int = 0
    months: int = 0
    days: int = 0
    hours: int = 0

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read ``1y2m3d4h`` in any order; UsageError when it is anything else."""
        parts = _PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise UsageError(
                say(
                    "“{text}” is no span of time: write it like 2y5m7d3h (years, months, days, hours).",
                    text=text,
                )
            )
        units = {unit: int(number) for number, unit in parts}
        return cls(units.get("y", 0), units.get("m", 0), units.get("d", 0), units.get("h", 0))

    def __bool__(self) -> bool:
        return bool(self.years or self.months or self.days or self.hours)

    def __str__(self) -> str:
        named = ((self.years, "y"), (self.months, "m"), (self.days, "d"), (self.hours, "h"))
        return "".join(f"{number}{unit}" for number, unit in named if number)

    def before(self, time_ns: int) -> int | None:
        """The instant this long before ``time_ns``, in nanoseconds; None before the calendar begins.

        As Go's AddDate, which restic uses: a day that the month reached does not have runs over into
        the next month (31 March less one month is 3 March).
        """
        at = moment(time_ns)
        months = (at.year - self.years) * 12 + at.month - 1 - self.months
        if months < 12:
            return None
        first = at.replace(year=months // 12, month=months % 12 + 1, day=1)
        try:
            then = first + timedelta(days=at.day - 1 - self.days, hours=-self.hours)
        except OverflowError:
            return None
        since = then - _EPOCH
        return (since.days * 86_400 + since.seconds) * _NS + time_ns % _NS
