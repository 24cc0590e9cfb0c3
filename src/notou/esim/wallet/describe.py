"""What a person says of an entry, field by field, checked; an empty text takes back what was said.

What may not enter: codes (typed), where what they say comes from.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from notou.errors import UsageError
from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.entry import Entry, Installed, ProfileState, Reusable
from notou.esim.wallet.identifiers import read_eid, read_iccid, read_network, read_number
from notou.sentence import say

MOST_SAID_CHARS = 2000
_MOST_ADDRESSES = 20

Read = Callable[[str], Any]


def describe(entry: Entry, said: Mapping[str, str], today: date) -> Entry:
    """The entry with the fields named in ``said`` as it says; those of ENTRY_FIELDS and PROFILE_FIELDS.

    UsageError, with the reason, for what a field cannot be.
    """
    own = _values(Entry, ENTRY_FIELDS, said)
    of_profile = _values(Installed, PROFILE_FIELDS, said)
    if of_profile:
        before = entry.installed or Installed()
        state = of_profile.get("state", before.state)
        since = today if entry.installed is None or state is not before.state else before.since
        own["installed"] = replace(before, **of_profile, since=since)
    return replace(entry, **own)


def _values(record: type[Any], fields: Mapping[str, Read], said: Mapping[str, str]) -> dict[str, Any]:
    defaults = {each.name: each.default for each in dataclasses.fields(record)}
    return {
        name: read(_text(said[name])) if said[name].strip() else defaults[name]
        for name, read in fields.items()
        if name in said
    }


def _text(text: str) -> str:
    text = text.strip()
    if len(text) > MOST_SAID_CHARS:
        raise UsageError(say("This is too long for the wallet: {most} characters.", most=MOST_SAID_CHARS))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(say("This is no text that the wallet can hold: it is not in UTF-8.")) from None
    return text


def _date(text: str) -> date:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise UsageError(say("“{text}” is no day; write it like 2026-12-31.", text=text[:40]))


def _pin(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4,8}", text):
        raise UsageError(say("A PIN has 4 to 8 digits."))
    return text


def _puk(text: str) -> str:
    if not re.fullmatch(r"[0-9]{8}", text):
        raise UsageError(say("A PUK has 8 digits."))
    return text


def _one_of(kind: type[StrEnum]) -> Read:
    def read(text: str) -> StrEnum:
        try:
            return kind(text.casefold())
        except ValueError:
            allowed = ", ".join(kind)
            raise UsageError(say("“{text}” is none of {allowed}.", text=text[:40], allowed=allowed)) from None

    return read


def _addresses(text: str) -> tuple[str, ...]:
    addresses = tuple(text.replace(",", " ").split())
    if len(addresses) > _MOST_ADDRESSES:
        raise UsageError(say("These are too many addresses for notifications."))
    return addresses


ENTRY_FIELDS: dict[str, Read] = {
    "provider": str,
    "order_number": str,
    "valid_until": _date,
    "reusable": _one_of(Reusable),
    "number": read_number,
    "network": read_network,
    "apn": str,
    "confirmation_code": str,
    "pin": _pin,
    "puk": _puk,
    "note": str,
}
PROFILE_FIELDS: dict[str, Read] = {
    "device": str,
    "eid": read_eid,
    "iccid": read_iccid,
    "profile_name": str,
    "nickname": str,
    "profile_class": _one_of(ProfileClass),
    "state": _one_of(ProfileState),
    "notification_addresses": _addresses,
}
