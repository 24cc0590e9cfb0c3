"""The file of one entry: JSON, as docs/wallet.md describes it. Strict in what it knows; what it does not know
stays, so that an older Notou loses nothing of a newer one's.

What may not enter: where files are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from notou.errors import DamagedError, UsageError
from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.code import ActivationCode, parse_code
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable
from notou.sentence import Sentence, say

MOST_ENTRY_BYTES = 64 * 1024
FORMAT = 1
SUFFIX = ".json"
_MOST_TEXT_CHARS = 4000
_MOST_ADDRESSES = 100
_MOST_LEVELS = 16
_ID = re.compile(r"[0-9a-z]{4,32}")
_ICCID = re.compile(r"[0-9A-F]{10,24}")
_EID = re.compile(r"[0-9]{32}")
_NUMBER = re.compile(r"\+[0-9]{3,20}")
_NETWORK = re.compile(r"[0-9]{3}-[0-9]{2,3}")

Kind = TypeVar("Kind", bound=StrEnum)
Read = Callable[[Any], Any]


def file_name(entry_id: str) -> str:
    """The name of an entry's file in the wallet."""
    return entry_id + SUFFIX


def entry_id_of(name: str) -> str | None:
    """The id of the entry that a file of this name holds; None when it is no entry's name."""
    stem = name.removesuffix(SUFFIX)
    return stem if name.endswith(SUFFIX) and _ID.fullmatch(stem) else None


def encode_entry(entry: Entry) -> bytes:
    """The file's bytes: what is empty is left out. The same entry always gives the same bytes."""
    fields = {"format": FORMAT, **_fields(entry, _ENTRY), **entry.other}
    return (json.dumps(fields, indent=1, ensure_ascii=False) + "\n").encode()


def decode_entry(entry_id: str, data: bytes) -> Entry:
    """The entry in a file's bytes. DamagedError when they are none, or of a later format."""
    try:
        fields = _object(data)
        if fields.pop("format", None) != FORMAT:
            raise ValueError(say("It is of another format; a newer Notou may have written it."))
        known, other = _read(fields, _ENTRY)
        return Entry(id=entry_id, **known, other=other)
    except (ValueError, UsageError, RecursionError) as error:
        raise DamagedError(
            say(
                "The entry {id} of the wallet cannot be read. {why} Earlier states of it are in the vault's "
                "history: 'notou find' tells which snapshots hold it.",
                id=entry_id,
                why=_reason(error),
            )
        ) from None


def _reason(error: Exception) -> str:
    """Sentences of our own only: a parser's may quote what it met."""
    said = error.args[0] if error.args else ""
    return said if isinstance(said, Sentence) else say("It is not what an entry looks like.")


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_ENTRY_BYTES:
        raise ValueError(say("It is too large."))
    fields = json.loads(data.decode(), parse_constant=_no_constant)
    if not isinstance(fields, dict):
        raise ValueError(say("It is no JSON object."))
    _require_shallow(fields)
    json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()  # what is not read again is not taken
    return fields


def _no_constant(_: str) -> NoReturn:
    raise ValueError(say("It holds a number that is none."))


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(_MOST_LEVELS):
        level = [inner for each in level for inner in _inside(each)]
    if level:
        raise ValueError(say("It is nested too deeply."))


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _fields(record: Entry | Installed, shape: Mapping[str, Read]) -> dict[str, Any]:
    plain = {name: _plain(getattr(record, name)) for name in shape}
    return {name: value for name, value in plain.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    match value:
        case ActivationCode():
            return value.text
        case Installed():
            return {**_fields(value, _INSTALLED), **value.other}
        case StrEnum():
            return value.value
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
    return value


def _read(fields: Mapping[str, Any], shape: Mapping[str, Read]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(known fields, the others)."""
    known = {name: read(fields[name]) for name, read in shape.items() if name in fields}
    return known, {name: value for name, value in fields.items() if name not in shape}


# ---------------------------------------------------------------- values


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT_CHARS:
        raise ValueError(say("One of its fields is no short text."))
    return value


def _like(pattern: re.Pattern[str]) -> Read:
    def read(value: Any) -> str:
        text = _text(value)
        if not pattern.fullmatch(text):
            raise ValueError(say("A number in it has a form that such numbers never have."))
        return text

    return read


def _one_of(kind: type[Kind]) -> Read:
    def read(value: Any) -> Kind:
        if value not in list(kind):
            raise ValueError(say("One of its fields has none of the values it may have."))
        return kind(value)

    return read


def _date(value: Any) -> date:
    text = _text(value)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(say("A day in it is no day, such as 2026-11-27."))
    return date.fromisoformat(text)


def _code(value: Any) -> ActivationCode:
    return parse_code(_text(value))


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_ADDRESSES:
        raise ValueError(say("One of its fields is no short list."))
    return tuple(map(_text, value))


def _installed(value: Any) -> Installed:
    if not isinstance(value, dict):
        raise ValueError(say("What it says of the profile is no JSON object."))
    known, other = _read(value, _INSTALLED)
    return Installed(**known, other=other)


_INSTALLED: dict[str, Read] = {
    "device": _text,
    "eid": _like(_EID),
    "iccid": _like(_ICCID),
    "profile_name": _text,
    "nickname": _text,
    "profile_class": _one_of(ProfileClass),
    "state": _one_of(ProfileState),
    "since": _date,
    "notification_addresses": _texts,
}
_ENTRY: dict[str, Read] = {
    "code": _code,
    "confirmation_code": _text,
    "provider": _text,
    "order_number": _text,
    "valid_until": _date,
    "reusable": _one_of(Reusable),
    "installed": _installed,
    "number": _like(_NUMBER),
    "network": _like(_NETWORK),
    "apn": _text,
    "pin": _text,
    "puk": _text,
    "added_on": _date,
    "note": _text,
}
