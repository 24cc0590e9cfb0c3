"""The activation code: strict as SGP.22 writes it, section 4.1, and explained where it is not.

    1$<SM-DP+ address>$<matching id>[$<SM-DP+ OID>[$<1 where a confirmation code is needed>]]

In a QR code ``LPA:`` stands before it. The matching id and the OID may be empty; people and providers also
leave the empty OID out. What may not enter: cleaning up what people type (typed).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from notou.errors import UsageError
from notou.sentence import say

MOST_CODE_CHARS = 255
"""SGP.22 allows no longer ones."""

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}(?::[0-9]{{1,5}})?")
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_MATCHING_ID = re.compile(r"[A-Za-z0-9-]*")
_LATER_PART = re.compile(r"[A-Za-z0-9.-]*")
_CONFIRMED = "1"


@dataclass(frozen=True, slots=True)
class ActivationCode:
    """What a code says. ``later_parts``: what later versions of SGP.22 append, kept as it is."""

    server: str
    matching_id: str = field(default="", repr=False)
    oid: str = ""
    needs_confirmation: bool = False
    later_parts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As a QR code holds it, nothing empty at its end."""
        flag = _CONFIRMED if self.needs_confirmation else ""
        tail = "$".join([self.oid, flag, *self.later_parts]).rstrip("$")
        return f"LPA:1${self.server}${self.matching_id}" + (f"${tail}" if tail else "")


def parse_code(text: str) -> ActivationCode:
    """The code in ``text``, with ``LPA:`` before it in any letter case, or without.

    UsageError with the reason when it is none; no part of the code is in it, since any may be the secret one.
    """
    body = re.sub(r"\A(?i:lpa):", "", text)
    if len(body) > MOST_CODE_CHARS:
        raise UsageError(
            say(
                "This is longer than an activation code may be ({most} characters); copy the code alone.",
                most=MOST_CODE_CHARS,
            )
        )
    version, *parts = body.split("$")
    if version != "1":
        raise UsageError(_of_another_format(version))
    if len(parts) < 2:
        raise UsageError(
            say(
                "The code ends after the server's address: a second $ and the matching ID must follow. "
                "Copy all of it."
            )
        )
    server, matching_id, *tail = parts
    return ActivationCode(_server(server), _matching_id(matching_id), *_tail(tail))


def _of_another_format(version: str) -> str:
    if not version:
        return say("The first part of the code, before the first $, is empty; it must be 1. Copy all of it.")
    if re.fullmatch(r"[0-9]{1,3}", version):
        return say(
            "The code is of the format {version}, and SGP.22 knows only 1; copy it again, or ask who gave it "
            "to you for another.",
            version=version,
        )
    return say("What stands before the first $ of the code must be 1, and is something else. Copy all of it.")


def _server(address: str) -> str:
    if not address:
        raise UsageError(
            say("The code names no server: the part after the first $ is empty. Copy all of it.")
        )
    if not _ADDRESS.fullmatch(address):
        raise UsageError(
            say(
                "The part after the first $ of the code is no server's address, such as rsp.example.com; "
                "copy the code again."
            )
        )
    return address


def _matching_id(text: str) -> str:
    if not _MATCHING_ID.fullmatch(text):
        raise UsageError(
            say(
                "The matching ID, the part after the server's address, holds “{sign}”; only letters, digits "
                "and dashes may stand there. Copy the code again.",
                sign=_first_strange(text, _MATCHING_ID),
            )
        )
    return text


def _tail(parts: list[str]) -> tuple[str, bool, tuple[str, ...]]:
    """(OID, whether a confirmation code is needed, later parts)."""
    if parts[:1] == [_CONFIRMED] and not any(parts[1:]):  # no OID is so short: the empty one was left out
        return "", True, ()
    oid, flag, *later = [*parts, "", ""][: max(2, len(parts))]
    if oid and not _OID.fullmatch(oid):
        raise UsageError(
            say(
                "The part after the matching ID may be empty, or the server's OID, such as "
                "1.3.6.1.4.1.31746, and is something else; copy the code again."
            )
        )
    if flag not in ("", _CONFIRMED):
        raise UsageError(
            say(
                "The code's fifth part may be empty, or 1 where a confirmation code is needed, and is "
                "something else; copy the code again."
            )
        )
    return oid, flag == _CONFIRMED, _later(later)


def _later(parts: list[str]) -> tuple[str, ...]:
    for part in parts:
        if not _LATER_PART.fullmatch(part):
            raise UsageError(
                say(
                    "The end of the code holds “{sign}”, which no version of SGP.22 puts there; "
                    "copy it again.",
                    sign=_first_strange(part, _LATER_PART),
                )
            )
    while parts and not parts[-1]:
        parts = parts[:-1]
    return tuple(parts)


def _first_strange(text: str, allowed: re.Pattern[str]) -> str:
    sign = next(each for each in text if not allowed.fullmatch(each))
    return sign if sign.isprintable() else f"U+{ord(sign):04X}"
