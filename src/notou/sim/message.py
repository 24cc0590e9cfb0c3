"""Messages as a card keeps them (EF SMS, 3GPP TS 31.102, 4.2.25), parts of longer ones joined.

Any record has a reading: what is no message is one that cannot be read, and is kept as it is. What may not
enter: reading cards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from notou.errors import DamagedError
from notou.sim.image import FileImage, is_free
from notou.sim.tpdu import Tpdu, read_tpdu

_USED, _FROM_HERE = 0x01, 0x04
_UNREAD = 0x03
_TO_BE_SENT = 0x07
_MISSING = "[…]"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a person. ``state``: received, unread, sent, unsent or unreadable; ``records`` in
    reading order.

    ``data`` is what a message of data holds, which is no text. ``missing``: parts the card does not hold.
    """

    records: tuple[int, ...]
    state: str
    peer: str
    time: str | None
    text: str
    data: bytes = b""
    missing: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    record: int
    state: str
    tpdu: Tpdu


def is_free_message(record: bytes) -> bool:
    """Whether a record holds no message: its first bit says so, or it was never written."""
    return is_free(record) or not record[0] & _USED


def messages(file: FileImage) -> list[Message]:
    """Every message of the card, by the record of its first part."""
    found: list[Message] = []
    parts: dict[object, list[_Held]] = {}
    for place, record in enumerate(file.records):
        if is_free_message(record):
            continue
        held = _read(place + 1, record)
        if held is None:
            found.append(Message((place + 1,), "unreadable", "", None, ""))
        else:
            parts.setdefault(_belongs_to(held), []).append(held)
    found += [message for group in parts.values() for message in _joined(group)]
    return sorted(found, key=lambda message: min(message.records))


def _read(number: int, record: bytes) -> _Held | None:
    try:
        return _Held(number, _state(record[0]), read_tpdu(record[2 + record[1] :]))
    except (DamagedError, IndexError):
        return None


def _state(status: int) -> str:
    if status & _FROM_HERE:
        return "unsent" if status & 0x07 == _TO_BE_SENT else "sent"
    return "unread" if status & 0x07 == _UNREAD else "received"


def _belongs_to(held: _Held) -> object:
    """Equal for parts of one message."""
    part = held.tpdu.part
    return held.record if part is None else (held.tpdu.sent, held.tpdu.peer, part.reference, part.total)


def _joined(group: list[_Held]) -> Iterable[Message]:
    """One message of the parts; a part that is there twice begins another."""
    while group:
        chosen: dict[int, _Held] = {}
        rest: list[_Held] = []
        for held in group:
            sequence = held.tpdu.part.sequence if held.tpdu.part else 1
            rest.append(held) if sequence in chosen else chosen.setdefault(sequence, held)
        yield _message(chosen)
        group = rest


def _message(parts: dict[int, _Held]) -> Message:
    ordered = [parts[sequence] for sequence in sorted(parts)]
    head = ordered[0]
    total = head.tpdu.part.total if head.tpdu.part else 1
    texts = [parts[at].tpdu.text if at in parts else _MISSING for at in range(1, total + 1)]
    return Message(
        records=tuple(held.record for held in ordered),
        state="unread" if any(held.state == "unread" for held in ordered) else head.state,
        peer=head.tpdu.peer,
        time=head.tpdu.time,
        text="".join(texts) if any(held.tpdu.text for held in ordered) else "",
        data=b"".join(held.tpdu.data for held in ordered),
        missing=total - len(parts),
    )
