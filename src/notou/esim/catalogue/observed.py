"""Days on which something was observed, as exactly as they are known: a year, a month or a day.

What may not enter: today's date; it is passed in.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

OLD_AFTER_DAYS = 365
"""Prices and offers change from year to year: what was seen longer ago is said to be old."""

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, order=True)
class Observed:
    """``text`` is ``2019``, ``2019-10`` or ``2019-10-02``; ordered by the last day it can mean."""

    last_day: date
    text: str

    def age_days(self, today: date) -> int:
        """How long ago it was at least."""
        return (today - self.last_day).days

    def old(self, today: date) -> bool:
        """Whether what was observed then may well be different now."""
        return self.age_days(today) > OLD_AFTER_DAYS

    def __str__(self) -> str:
        return self.text


def observed(text: str) -> Observed:
    """ValueError when it is neither a year, a month nor a day."""
    found = _FORM.fullmatch(text)
    if found is None or not text.isascii():
        raise ValueError("no year, month or day")
    year, month = int(found[1]), int(found[2] or 12)
    first = date(year, month, 1)
    day = int(found[3]) if found[3] else calendar.monthrange(year, month)[1]
    return Observed(first.replace(day=day), text)
