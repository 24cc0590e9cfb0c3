"""Typed reading of JSON objects that come from a vault.

Whatever is not of the type the format says is DamagedError, named by its field. What may not enter:
what the fields mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from notou.errors import DamagedError
from notou.kernel.gotext import parse_rfc3339
from notou.sentence import say

JsonObject = Mapping[str, Any]


def parse_object(plain: bytes, what: str) -> JsonObject:
    """The JSON object in ``plain``; ``what`` names it in the error, as in “the snapshot 12ab…”."""
    try:
        parsed = orjson.loads(plain)
    except orjson.JSONDecodeError:
        raise DamagedError(say("{what} holds no readable JSON.", what=what)) from None
    if not isinstance(parsed, dict):
        raise DamagedError(say("{what} holds JSON of another shape than it must.", what=what))
    return parsed


def text(fields: JsonObject, name: str) -> str:
    """A string field; "" when absent."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(name, "text")
    return value


def number(fields: JsonObject, name: str, most: int = 2**63 - 1) -> int:
    """A whole number from 0 to ``most``; 0 when absent."""
    value = fields.get(name)
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise _wrong(name, say("a whole number up to {most}", most=most))
    return value


def flag(fields: JsonObject, name: str) -> bool:
    """True or false; false when absent."""
    value = fields.get(name)
    if not isinstance(value, bool | None):
        raise _wrong(name, say("true or false"))
    return bool(value)


def texts(fields: JsonObject, name: str) -> tuple[str, ...]:
    """A list of strings; empty when absent."""
    value = fields.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(name, say("a list of texts"))
    return tuple(value)


def time(fields: JsonObject, name: str) -> int:
    """A time with any offset, as nanoseconds since the epoch."""
    try:
        return parse_rfc3339(text(fields, name))
    except ValueError:
        raise _wrong(name, say("a time as restic writes it")) from None


def identity(fields: JsonObject, name: str) -> bytes | None:
    """A 32-byte id in hex; None when absent or empty."""
    value = text(fields, name)
    if not value:
        return None
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        raise _wrong(name, say("an id of 64 hex digits")) from None
    if len(raw) != 32 or len(value) != 64:
        raise _wrong(name, say("an id of 64 hex digits"))
    return raw


def _wrong(name: str, wanted: str) -> DamagedError:
    return DamagedError(say("The field “{name}” is not {wanted}.", name=name, wanted=wanted))
