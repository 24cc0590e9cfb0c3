"""BER-TLV (X.690, section 8.1) as eSIM messages use it, received bytes kept as they came.

Signatures cover bytes, so that a field is never encoded again: ``raw`` is what was received, headers
included. What stands inside a field is read only when asked for, one level at a time; nothing recurses.
What may not enter: what a tag means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from notou.errors import DamagedError, LimitError
from notou.sentence import Sentence, say

MOST_BYTES = 4 << 20
"""A longer message is refused: profiles have a few hundred kilobytes."""

MOST_CHILDREN = 1 << 14
"""More fields side by side are refused: a profile of a megabyte has about a thousand."""

_MOST_TAG_BYTES = 3
_MOST_LENGTH_BYTES = 4
_CONSTRUCTED = 0x20
_LONG = 0x1F


@dataclass(frozen=True, slots=True)
class Tlv:
    """One field. ``tag``: its tag bytes as one number (0xBF2D); ``raw``: all its bytes as they came."""

    tag: int
    raw: bytes
    header_bytes: int

    @property
    def value(self) -> bytes:
        """What follows tag and length."""
        return self.raw[self.header_bytes :]

    @property
    def header(self) -> bytes:
        """Tag and length as they came."""
        return self.raw[: self.header_bytes]

    @property
    def constructed(self) -> bool:
        """Whether other fields stand inside."""
        return bool(_first_byte(self.tag) & _CONSTRUCTED)

    def children(self) -> tuple[Tlv, ...]:
        """The fields inside. DamagedError when this is no constructed field, or they are malformed."""
        if not self.constructed:
            raise DamagedError(
                say("A field {tag} was received where fields are nested.", tag=tag_text(self.tag))
            )
        return parse_all(self.value)

    def one(self, tag: int) -> Tlv:
        """The only child with this tag. DamagedError when there is none, or another like it."""
        found = self.maybe(tag)
        if found is None:
            raise DamagedError(
                say("A field {inner} is missing in the field {outer} that was received.",
                    inner=tag_text(tag), outer=tag_text(self.tag))
            )  # fmt: skip
        return found

    def maybe(self, tag: int) -> Tlv | None:
        """The only child with this tag, None without one. DamagedError when there are several."""
        found = self.every(tag)
        if len(found) > 1:
            raise DamagedError(say("The field {tag} was received twice.", tag=tag_text(tag)))
        return found[0] if found else None

    def every(self, tag: int) -> tuple[Tlv, ...]:
        """All children with this tag, in order."""
        return tuple(child for child in self.children() if child.tag == tag)

    def integer(self) -> int:
        """The value as an INTEGER of at most eight bytes."""
        if not 1 <= len(self.value) <= 8:
            raise DamagedError(say("The field {tag} that was received is no number.", tag=tag_text(self.tag)))
        return int.from_bytes(self.value, "big", signed=True)

    def text(self) -> str:
        """The value as a UTF8String."""
        try:
            return self.value.decode()
        except UnicodeDecodeError as error:
            raise DamagedError(
                say("The field {tag} that was received is no UTF-8 text.", tag=tag_text(self.tag))
            ) from error

    def bits(self) -> frozenset[int]:
        """The value as a BIT STRING: the numbers of the bits that are set, the first bit being 0."""
        unused, data = self.value[:1], self.value[1:]
        if not unused or unused[0] > 7 or (unused[0] and not data) or len(data) > 64:
            raise DamagedError(
                say("The field {tag} that was received is no string of bits.", tag=tag_text(self.tag))
            )
        count = 8 * len(data) - unused[0]
        return frozenset(bit for bit in range(count) if data[bit // 8] & (0x80 >> bit % 8))


def parse(data: bytes, tag: int | None = None) -> Tlv:
    """The one field that ``data`` is, of this tag where one is given. DamagedError for anything else."""
    if len(data) > MOST_BYTES:
        raise LimitError(
            say("A message of {count} bytes was received, which no eSIM needs.", count=len(data))
        )
    found, end = _field_at(data, 0)
    if end != len(data):
        raise DamagedError(say("Bytes follow the end of a message that was received."))
    if tag is not None and found.tag != tag:
        raise DamagedError(
            say("The field {found} was received where {wanted} is due.",
                found=tag_text(found.tag), wanted=tag_text(tag))
        )  # fmt: skip
    return found


def parse_all(data: bytes) -> tuple[Tlv, ...]:
    """All fields of ``data``, which must hold nothing else. DamagedError, or LimitError for too many."""
    found: list[Tlv] = []
    for each in _fields(data):
        if len(found) == MOST_CHILDREN:
            raise LimitError(say("More fields were received than any eSIM message has."))
        found.append(each)
    return tuple(found)


def encode(tag: int, *parts: bytes) -> bytes:
    """A field with the parts, one after another, as its value; the length as short as it can be."""
    value = b"".join(parts)
    return tag_bytes(tag) + _length_bytes(len(value)) + value


def encode_integer(tag: int, number: int) -> bytes:
    """An INTEGER in as few bytes as it can be."""
    size = (number if number >= 0 else ~number).bit_length() // 8 + 1
    return encode(tag, number.to_bytes(size, "big", signed=True))


def tag_bytes(tag: int) -> bytes:
    """The tag as it stands in a message."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big")


def tag_text(tag: int) -> str:
    """The tag as specifications write it: ``BF2D``."""
    return tag_bytes(tag).hex().upper()


def _fields(data: bytes) -> Iterator[Tlv]:
    start = 0
    while start < len(data):
        found, start = _field_at(data, start)
        yield found


def _field_at(data: bytes, start: int) -> tuple[Tlv, int]:
    tag_end = _tag_end(data, start)
    length, value_start = _length_at(data, tag_end)
    end = value_start + length
    if end > len(data):
        raise DamagedError(_cut_short())
    tag = int.from_bytes(data[start:tag_end], "big")
    return Tlv(tag, data[start:end], value_start - start), end


def _tag_end(data: bytes, start: int) -> int:
    end = start + 1
    if data[start : start + 1] and data[start] & _LONG == _LONG:
        while data[end : end + 1] and data[end] & 0x80:
            end += 1
        end += 1
    if end > len(data):
        raise DamagedError(_cut_short())
    if end - start > _MOST_TAG_BYTES or data[start] == 0:
        raise DamagedError(say("A field with a tag that no eSIM message has was received."))
    return end


def _length_at(data: bytes, start: int) -> tuple[int, int]:
    if start >= len(data):
        raise DamagedError(_cut_short())
    first = data[start]
    if first < 0x80:
        return first, start + 1
    end = start + 1 + (first & 0x7F)
    if first == 0x80 or end - start - 1 > _MOST_LENGTH_BYTES:
        raise DamagedError(say("A field without a usable length was received."))
    if end > len(data):
        raise DamagedError(_cut_short())
    return int.from_bytes(data[start + 1 : end], "big"), end


def _length_bytes(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def _first_byte(tag: int) -> int:
    return tag_bytes(tag)[0]


def _cut_short() -> Sentence:
    return say("A message that was received ends in the middle of a field.")
