"""What a card holds as several commands show it: as fields of a JSON line, and as words.

What may not enter: which of it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notou.cli.layout import Line, Table
from notou.cli.secret_numbers import secret_fields
from notou.cli.text import printable
from notou.sentence import Sentence, say, say_count
from notou.sim.entry import Entry, entries
from notou.sim.image import FDN_ROLE, MSISDN_ROLE, SMS_ROLE, CardImage
from notou.sim.message import Message, messages
from notou.sim.read import Contents

_TEXT_CHARS = 60

STATES = {
    "received": say("received"),
    "unread": say("unread"),
    "sent": say("sent"),
    "unsent": say("not sent"),
    "unreadable": say("unreadable"),
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a card holds, as people count it."""

    contacts: list[Entry]
    fixed: list[Entry]
    own: list[Entry]
    messages: list[Message]


def holdings(image: CardImage) -> Holdings:
    """Everything that is not a free record."""
    book = [entry for each in image.phone_book for entry in entries(image, each)]
    sms = image.files.get(SMS_ROLE)
    return Holdings(book, _listed(image, FDN_ROLE), _listed(image, MSISDN_ROLE), messages(sms) if sms else [])


def card_fields(contents: Contents, held: Holdings, *, reveal: bool) -> dict[str, Any]:
    """The card for a JSON line."""
    return {
        **secret_fields("iccid", contents.image.iccid, reveal=reveal),
        **secret_fields("imsi", contents.imsi, reveal=reveal),
        "provider": contents.provider,
        "plain_sim": contents.plain_sim,
        "numbers": [one.number for one in held.own if one.number],
        "contacts": len(held.contacts),
        "fixed_dialling": len(held.fixed),
        "messages": len(held.messages),
        "unseen": list(contents.unseen.values()),
    }


def entry_fields(entry: Entry) -> dict[str, Any]:
    """One entry of a list for a JSON line."""
    return {
        "list": "fixed_dialling" if entry.main == FDN_ROLE else "phone_book",
        "record": entry.record,
        "name": entry.name,
        "number": entry.number,
        "more_numbers": entry.more_numbers,
        "more_names": entry.more_names,
        "addresses": entry.addresses,
    }


def message_fields(message: Message) -> dict[str, Any]:
    """One message for a JSON line."""
    return {
        "records": message.records,
        "state": message.state,
        "peer": message.peer,
        "time": message.time,
        "text": message.text,
        "data": message.data.hex(),
        "missing": message.missing,
    }


def counted(held: Holdings) -> Iterator[Sentence]:
    """How much there is of each."""
    yield say_count(len(held.contacts), "{count} contact", "{count} contacts")
    yield say_count(len(held.fixed), "{count} fixed dialling number", "{count} fixed dialling numbers")
    yield say_count(len(held.messages), "{count} message", "{count} messages")


def entry_lines(found: list[Entry]) -> list[Line]:
    """Entries as a table."""
    rows = [[str(one.record), printable(one.name), printable(one.number), _more(one)] for one in found]
    return [Table([say("Record"), say("Name"), say("Number"), say("More")], rows)] if rows else []


def message_lines(found: list[Message]) -> list[Line]:
    """Messages as a table; long ones are cut, which --json does not do."""
    rows = [
        [
            ",".join(map(str, one.records)),
            STATES[one.state],
            one.time or "",
            printable(one.peer),
            _message_text(one),
        ]
        for one in found
    ]
    heads: list[str] = [say("Record"), say("State"), say("Time"), say("With"), say("Text")]
    return [Table(heads, rows)] if rows else []


def _message_text(message: Message) -> str:
    if message.data:
        return say_count(len(message.data), "({count} byte of data)", "({count} bytes of data)")
    text = printable(message.text)
    return text if len(text) <= _TEXT_CHARS else text[: _TEXT_CHARS - 1] + "…"


def _more(entry: Entry) -> str:
    return printable(", ".join((*entry.more_numbers, *entry.more_names, *entry.addresses)))


def _listed(image: CardImage, main: str) -> list[Entry]:
    numbers = image.list_of(main)
    return list(entries(image, numbers)) if numbers else []
