"""Entries of a card's lists: from records as they stand to names, numbers and addresses (3GPP TS 31.102,
4.2.24, 4.4.2).

Any bytes have a reading; chains of extensions end. What may not enter: reading cards, where entries go
(placing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from notou.sim.alpha import alpha_bytes, alpha_text
from notou.sim.image import CardImage, NumberList, is_free, kind_of
from notou.sim.number import bcd_digits, number_text

TAIL_BYTES = 14
"""After the name: length, type of number, ten octets of digits, capability, extension (TS 31.102,
4.4.2.3).
"""

ADDITIONAL_NUMBER_BYTES = 15  # its kind, then a tail
BACK_BYTES = 2  # in files that are indexed: the short id of the main file, the number of its record
EXTENSION_BYTES = 13
MOST_EXTENSIONS = 10
_ADDITIONAL_DATA = 0x02
_NONE = (0x00, 0xFF)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list. Two with the same contents are the same to a person, wherever they stand."""

    main: str  # the role of the list's main file
    record: int
    name: str
    number: str
    more_numbers: tuple[str, ...] = ()
    more_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def contents(self) -> tuple[object, ...]:
        """What it says, wherever it stands."""
        return self.name, self.number, self.more_numbers, self.more_names, self.addresses


def entries(image: CardImage, numbers: NumberList) -> Iterator[Entry]:
    """Every entry of a list, in the card's order."""
    for place, record in enumerate(image.files[numbers.main].records):
        if not is_free(record):
            yield _entry(image, numbers, place + 1, record)


def _entry(image: CardImage, numbers: NumberList, number: int, record: bytes) -> Entry:
    entry = Entry(
        numbers.main, number, alpha_text(record[:-TAIL_BYTES]), _number(image, numbers, record[-TAIL_BYTES:])
    )
    for role, _, payload in payloads(image, numbers, number):
        entry = _with(entry, image, numbers, role, payload)
    return entry


def _with(entry: Entry, image: CardImage, numbers: NumberList, role: str, payload: bytes) -> Entry:
    match kind_of(role):
        case "anr":
            number = _number(image, numbers, payload[1:ADDITIONAL_NUMBER_BYTES])
            return replace(entry, more_numbers=(*entry.more_numbers, number)) if number else entry
        case "email":
            return replace(entry, addresses=(*entry.addresses, alpha_text(payload)))
        case _:  # sne
            return replace(entry, more_names=(*entry.more_names, alpha_text(payload)))


def payloads(image: CardImage, numbers: NumberList, number: int) -> Iterator[tuple[str, int, bytes]]:
    """(role, record, content) of what belongs to the main file's record ``number``, without the way back
    to it.
    """
    for role in numbers.beside:
        record = image.files[role].record(number)
        if record and _says_something(role, record):
            yield role, number, record
    for role, pointed in pointers(image, numbers, number):
        record = image.files[role].record(pointed)
        if record and _says_something(role, record[:-BACK_BYTES]):
            yield role, pointed, record[:-BACK_BYTES]


def _says_something(role: str, payload: bytes) -> bool:
    return not is_free(payload) if kind_of(role) == "anr" else bool(alpha_bytes(payload))


def pointers(image: CardImage, numbers: NumberList, number: int) -> Iterator[tuple[str, int]]:
    """(role, record) that the index names for the main file's record ``number``."""
    if numbers.index is not None:
        index = image.files[numbers.index].record(number) or b""
        yield from (
            (role, pointed)
            for role, pointed in zip(numbers.indexed, index, strict=False)
            if pointed not in _NONE and role in image.files
        )


def chain(image: CardImage, numbers: NumberList, tail: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, record) of the extensions that a tail leads to; each at most once, however they are linked."""
    following, seen = tail[-1] if len(tail) == TAIL_BYTES else 0xFF, set[int]()
    while numbers.extension is not None and following not in (*_NONE, *seen) and len(seen) < MOST_EXTENSIONS:
        record = image.files[numbers.extension].record(following)
        if record is None or len(record) != EXTENSION_BYTES or record[0] in _NONE:
            return
        yield following, record
        seen.add(following)
        following = record[-1]


def _number(image: CardImage, numbers: NumberList, tail: bytes) -> str:
    if len(tail) < TAIL_BYTES or tail[0] in _NONE:
        return ""
    digits = bcd_digits(tail[2 : 2 + min(tail[0] - 1, 10)])
    for _, record in chain(image, numbers, tail):
        if record[0] & _ADDITIONAL_DATA:
            digits += bcd_digits(record[2 : 2 + min(record[1], 10)])
    return number_text(tail[1], digits)
