"""Moments as people type them: ``2026-11-23``, ``2026-11-23 18:30``, ``2026-11-23T18:30:00+01:00``.

What may not enter: spans of time (notou.upkeep.span).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from notou.sentence import say

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str) -> int:
    """Nanoseconds since the epoch; without an offset it is this machine's time. For click's ``type=``."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            say("“{text}” is no time: write it like 2026-11-23 or 2026-11-23T18:30.", text=text)
        ) from None
    return (at - _EPOCH) // timedelta(microseconds=1) * 1000
