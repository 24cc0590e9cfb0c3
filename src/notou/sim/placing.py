"""Putting one entry of a kept card onto a card, all of it or nothing: pure, onto an image of the card.

The name and number stay as they were, octet for octet; what points from one record to another is made anew
where the other record had to go elsewhere. What may not enter: which entry goes where (entry_plan), commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from notou.errors import NoRoomOnCardError
from notou.sentence import Sentence, say
from notou.sim.alpha import alpha_bytes
from notou.sim.entry import (
    ADDITIONAL_NUMBER_BYTES,
    BACK_BYTES,
    EXTENSION_BYTES,
    TAIL_BYTES,
    chain,
    payloads,
    pointers,
)
from notou.sim.image import CardImage, NumberList, is_free, kind_of

_NO_POINTER = 0xFF
_FREE_EXTENSION = b"\x00" + b"\xff" * (EXTENSION_BYTES - 1)


class Write(NamedTuple):
    """One record to write."""

    role: str
    number: int
    record: bytes


class Spot(NamedTuple):
    """Where an entry stands or shall stand: a list of a card, and the record of its main file."""

    image: CardImage
    numbers: NumberList
    record: int


Pointed = set[tuple[str, int]]
"""Records that entries point to, by role and number."""


def moved(kept: Spot, there: Spot, used: Pointed) -> tuple[Write, ...]:
    """The records to write so that the kept entry stands there; the main record comes last, so that an entry
    is on the card whole or not at all. ``used``: what entries of the card point to. NoRoomOnCardError when it
    does not fit.
    """
    return tuple(_Moving(kept, there, used).writes())


def cleared(there: Spot) -> Iterator[Write]:
    """What empties the records that belong to a place of the main file, whether or not an entry stands
    there.
    """
    for role in (*there.numbers.beside, *([there.numbers.index] if there.numbers.index else [])):
        file = there.image.files[role]
        if not is_free(file.record(there.record) or b""):
            yield Write(role, there.record, b"\xff" * file.record_bytes)


def released(there: Spot, others: Iterable[Spot]) -> Iterator[Write]:
    """What frees the records that an entry points to and none of the others does."""
    shared = {each for other in others for each in named_by(other)}
    for role, number in dict.fromkeys(_pointed(there)):
        if (role, number) not in shared:
            file = there.image.files[role]
            free = _FREE_EXTENSION if role == there.numbers.extension else b"\xff" * file.record_bytes
            yield Write(role, number, free)


def named_by(spot: Spot) -> Iterator[tuple[str, int]]:
    """The records that an entry names, whether or not anything stands there."""
    yield from _pointed(spot)
    for tail in _tails(spot):
        held = [record for _, record in chain(spot.image, spot.numbers, tail)]
        yield spot.numbers.extension or "", (held[-1] if held else tail)[-1]


def _pointed(spot: Spot) -> Iterator[tuple[str, int]]:
    """The records that an entry leads to: extensions, and what the index names."""
    for tail in _tails(spot):
        for number, _ in chain(spot.image, spot.numbers, tail):
            yield spot.numbers.extension or "", number
    for role, number in pointers(spot.image, spot.numbers, spot.record):
        if spot.image.files[role].record(number) is not None:
            yield role, number


def _tails(spot: Spot) -> list[bytes]:
    main = spot.image.files[spot.numbers.main].record(spot.record) or b""
    found = payloads(spot.image, spot.numbers, spot.record)
    more = [payload[1:ADDITIONAL_NUMBER_BYTES] for role, _, payload in found if kind_of(role) == "anr"]
    return [tail for tail in (main[-TAIL_BYTES:], *more) if tail]


class _Moving:
    """One entry on its way; remembers which records it has taken."""

    def __init__(self, kept: Spot, there: Spot, used: Pointed) -> None:
        self._kept, self._there = kept, there
        self._taken = set(used)
        self._index: dict[int, int] = {}

    def writes(self) -> Iterator[Write]:
        record = self._kept.image.files[self._kept.numbers.main].records[self._kept.record - 1]
        room = self._there.image.files[self._there.numbers.main].record_bytes - TAIL_BYTES
        name = _name(record[:-TAIL_BYTES], room)
        for role, number, payload in payloads(self._kept.image, self._kept.numbers, self._kept.record):
            yield from self._belonging(role, number, payload)
        yield from self._indexed()
        tail, extensions = self._with_extensions(record[-TAIL_BYTES:])
        yield from extensions
        yield Write(self._there.numbers.main, self._there.record, name + tail)

    def _belonging(self, role: str, wished: int, payload: bytes) -> Iterator[Write]:
        """What stands in another file: there it may be beside the entry, or named by the index."""
        target = self._role_there(role)
        if kind_of(role) == "anr":
            tail, extensions = self._with_extensions(payload[1:ADDITIONAL_NUMBER_BYTES])
            yield from extensions
            payload = payload[:1] + tail
        if target in self._there.numbers.beside:
            yield Write(target, self._there.record, self._fitted(target, payload, 0))
            return
        back = bytes([self._there.numbers.short_id or _NO_POINTER, self._there.record])
        write = self._free(target, wished, self._fitted(target, payload, BACK_BYTES) + back)
        self._index[self._there.numbers.indexed.index(target)] = write.number
        yield write

    def _role_there(self, role: str) -> str:
        """The file of the same kind, the first for the first and so on."""
        kind_and_place = role.split(".")[::2]
        files = self._there.image.files
        for each in (*self._there.numbers.beside, *self._there.numbers.indexed):
            if each in files and each.split(".")[::2] == kind_and_place:
                return each
        raise NoRoomOnCardError(_no_place(kind_of(role)))

    def _fitted(self, role: str, payload: bytes, back_bytes: int) -> bytes:
        room = self._there.image.files[role].record_bytes - back_bytes
        text = payload if kind_of(role) == "anr" else alpha_bytes(payload)
        if len(text) > room:
            raise NoRoomOnCardError(say("One of its parts is longer than this card has room for."))
        return text.ljust(room, b"\xff")

    def _indexed(self) -> Iterator[Write]:
        role = self._there.numbers.index
        if role is None or not self._index:
            return
        index = bytearray(b"\xff" * self._there.image.files[role].record_bytes)
        for place, number in self._index.items():
            if place >= len(index):
                raise NoRoomOnCardError(say("This card's phone book has no room for one of its parts."))
            index[place] = number
        yield Write(role, self._there.record, bytes(index))

    def _with_extensions(self, tail: bytes) -> tuple[bytes, list[Write]]:
        """The tail that points to its extensions where they go, and these, the last one first."""
        writes: list[Write] = []
        leads_to = _NO_POINTER
        for number, record in reversed(list(chain(self._kept.image, self._kept.numbers, tail))):
            writes.append(self._free(self._extension(), number, record[:-1] + bytes([leads_to])))
            leads_to = writes[-1].number
        if len(tail) < TAIL_BYTES:
            raise NoRoomOnCardError(say("What is kept of it is no whole record."))
        same_card = self._kept.image.iccid == self._there.image.iccid
        return tail[:-2] + bytes([tail[-2] if same_card else _NO_POINTER, leads_to]), writes

    def _extension(self) -> str:
        role = self._there.numbers.extension
        if role is None or self._there.image.files[role].record_bytes != EXTENSION_BYTES:
            raise NoRoomOnCardError(say("Its number is longer than this card has room for."))
        return role

    def _free(self, role: str, wished: int, record: bytes) -> Write:
        """Where a record may go: to the number wished for, or any other that holds nothing or this already,
        as a run that was cut short leaves it.
        """
        there = self._there.image.files[role].records
        candidates: list[int] = [wished, *range(1, len(there) + 1)]
        for number in candidates:
            if number > len(there) or (role, number) in self._taken:
                continue
            if _holds_nothing(there[number - 1]) or there[number - 1] == record:
                self._taken.add((role, number))
                return Write(role, number, record)
        raise NoRoomOnCardError(
            say("Its number is longer than this card has room for.")
            if role == self._there.numbers.extension
            else _no_place(kind_of(role))
        )


def _holds_nothing(record: bytes) -> bool:
    return is_free(record) or record == bytes(len(record)) or record == _FREE_EXTENSION


def _name(field: bytes, room: int) -> bytes:
    text = alpha_bytes(field)
    if len(text) > room or room < 0:
        raise NoRoomOnCardError(say("Its name is longer than this card has room for."))
    return field if len(field) == room else text.ljust(room, b"\xff")


def _no_place(kind: str) -> Sentence:
    match kind:
        case "anr":
            return say("This card has no room for its second number.")
        case "email":
            return say("This card has no room for its e-mail address.")
        case _:
            return say("This card has no room for its second name.")
