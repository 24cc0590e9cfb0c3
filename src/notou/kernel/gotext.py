"""Text as Go writes it into what restic stores: JSON, quoted names, RFC 3339 times.

A tree's id is the hash of its bytes, so these must be Go's to the byte (encoding/json with HTML
escaping, strconv.Quote, time.RFC3339Nano). What may not enter: what the fields of a node are.
"""

from __future__ import annotations

import json
import re
from datetime import date
from functools import lru_cache

from notou.kernel.goprint import is_printable
from notou.sentence import say

NS_PER_S = 1_000_000_000
_DAY_S = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()

# ---------------------------------------------------------------- JSON

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_JSON_SPECIAL = re.compile("[<>&\u2028\u2029\ud800-\udfff]")  # what Go escapes beside; in strings only


def _json_escape(match: re.Match[str]) -> str:
    if "\ud800" <= match[0] <= "\udfff":  # a byte that was no UTF-8: Go writes the replacement character
        return "\\ufffd"
    return f"\\u{ord(match[0]):04x}"


def go_json(value: object) -> str:
    """A string, number, list or dict as compact JSON; lone surrogates (surrogateescape) become U+FFFD."""
    return _JSON_SPECIAL.sub(_json_escape, _JSON.encode(value))


# ---------------------------------------------------------------- strconv.Quote

_PLAIN_NAME = re.compile(rb"[ !#-\[\]-~]*")
_QUOTED_SHORT = {
    '"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f",
    "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
}  # fmt: skip


def _quote_char(char: str) -> str:
    code = ord(char)
    if char in _QUOTED_SHORT:
        return _QUOTED_SHORT[char]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if is_printable(code):
        return char
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quote(name: bytes) -> str:
    """``name`` as strconv.Quote writes it, without the outer quotes."""
    if _PLAIN_NAME.fullmatch(name):
        return name.decode("ascii")
    return "".join(map(_quote_char, name.decode("utf-8", "surrogateescape")))


_QUOTED_ESCAPE = re.compile(
    rb"\\(?:([abfnrtv\\\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))"
)
_QUOTED_TEXT = re.compile(rb"(?:[^\\\"\n]|" + _QUOTED_ESCAPE.pattern + rb")*")
_UNQUOTED_SHORT = dict(zip(b'abfnrtv\\"', b'\a\b\f\n\r\t\v\\"', strict=True))


def _unquote_escape(match: re.Match[bytes]) -> bytes:
    short, byte, rune4, rune8, octal = match.groups()
    if short:
        return bytes([_UNQUOTED_SHORT[short[0]]])
    if byte:
        return bytes.fromhex(byte.decode())
    if octal:
        return bytes([int(octal, 8)])  # above 0o377: ValueError
    return chr(int(rune4 or rune8, 16)).encode()  # a surrogate or beyond U+10FFFF: ValueError


def unquote(text: str) -> bytes:
    """The raw name that :func:`quote` wrote as ``text``. ValueError when strconv.Unquote would refuse it."""
    raw = text.encode()
    if b"\\" not in raw and b'"' not in raw and b"\n" not in raw:
        return raw
    if not _QUOTED_TEXT.fullmatch(raw):
        raise ValueError(say("an escape that Go does not know"))
    return _QUOTED_ESCAPE.sub(_unquote_escape, raw)


# ---------------------------------------------------------------- RFC 3339

_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_YEARS_400_DAYS = 146_097
_LAST_YEAR = 9999


def _civil(days: int) -> tuple[int, int, int]:
    """(year, month, day) of the day ``days`` after 1970-01-01, any year (proleptic Gregorian)."""
    eras, ordinal = divmod(days + _EPOCH_DAY - 1, _YEARS_400_DAYS)
    day = date.fromordinal(ordinal + 1)
    return day.year + 400 * eras, day.month, day.day


def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01; ValueError when the month has no such day. Years from 0 on."""
    if year:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    return date(400, month, day).toordinal() - _EPOCH_DAY - _YEARS_400_DAYS


@lru_cache(maxsize=4096)
def rfc3339(time_ns: int) -> str:
    """Nanoseconds since the epoch as Go's RFC3339Nano in UTC, such as ``2026-01-02T03:04:05.25Z``.

    Years outside 0 to 9999, which JSON times cannot hold, become the nearest that they can
    (restic's FixTime).
    """
    seconds, fraction = divmod(time_ns, NS_PER_S)
    days, second = divmod(seconds, _DAY_S)
    year, month, day = _civil(days)
    if not 0 <= year <= _LAST_YEAR:
        year = min(max(year, 0), _LAST_YEAR)
        year, month, day = _civil(_days(year, month, 1) + day - 1)  # 29 February moves on, as in Go
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    digits = f".{fraction:09}".rstrip("0") if fraction else ""
    return f"{year:04}-{month:02}-{day:02}T{clock}{digits}Z"


@lru_cache(maxsize=4096)
def parse_rfc3339(text: str) -> int:
    """Nanoseconds since the epoch of an RFC 3339 time with any offset. ValueError when it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(say("not an RFC 3339 time"))
    year, month, day, hour, minute, second, fraction, sign, off_hour, off_minute = match.groups()
    seconds = _days(int(year), int(month), int(day)) * _DAY_S
    seconds += int(hour) * 3600 + int(minute) * 60 + int(second)
    if sign:
        offset = int(off_hour) * 3600 + int(off_minute) * 60
        seconds -= offset if sign == "+" else -offset
    return seconds * NS_PER_S + int((fraction or "0").ljust(9, "0"))
