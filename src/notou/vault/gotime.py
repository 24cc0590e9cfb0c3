"""Times as Go writes them: RFC 3339 with up to nine digits of a second, trailing zeros trimmed.

Always written in UTC with ``Z``; read with any offset. What may not enter: the clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from notou.errors import DamagedError

_PATTERN = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII
)
_NS = 1_000_000_000


def format_time(time_ns: int) -> str:
    """Nanoseconds since the epoch as text; years 1 to 9999."""
    seconds, nanoseconds = divmod(time_ns, _NS)
    day = datetime.fromtimestamp(0, UTC).toordinal() + seconds // 86_400
    date = datetime.fromordinal(day)
    rest = seconds % 86_400
    text = (
        f"{date.year:04}-{date.month:02}-{date.day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    )
    fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
    return f"{text}{fraction}Z"


def parse_time(text: str) -> int:
    """Nanoseconds since the epoch; DamagedError when the text is no such time."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise DamagedError(f"“{text[:40]}” is not a time as restic writes it.")
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    try:
        whole = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise DamagedError(f"“{text[:40]}” is not a time as restic writes it.") from None
    since = whole - datetime.fromtimestamp(0, UTC)
    seconds = since.days * 86_400 + since.seconds - _offset_seconds(match)
    return seconds * _NS + int((match.group(7) or "").ljust(9, "0"))


def _offset_seconds(match: re.Match[str]) -> int:
    if match.group(8) is None:
        return 0
    seconds = int(match.group(9)) * 3600 + int(match.group(10)) * 60
    return -seconds if match.group(8) == "-" else seconds
