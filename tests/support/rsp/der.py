"""DER as SGP.22 uses it, written and read for the tests by code that Notou does not share.

What may not enter: what a tag means; leniency, for what is not DER is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

SEQUENCE, OCTETS, INTEGER, BOOLEAN, OID, UTF8 = 0x30, 0x04, 0x02, 0x01, 0x06, 0x0C


class MalformedError(ValueError):
    """Bytes that are not the structure expected of them."""


@dataclass(frozen=True)
class Tlv:
    """One data object, with its bytes as they came: signatures cover those."""

    tag: int
    value: bytes
    raw: bytes

    def children(self) -> tuple[Tlv, ...]:
        return read_all(self.value)

    def find(self, tag: int) -> Tlv | None:
        """Return the first child with this tag, or None."""
        return next((child for child in self.children() if child.tag == tag), None)

    def need(self, tag: int) -> Tlv:
        """Return the first child with this tag; MalformedError without one."""
        found = self.find(tag)
        if found is None:
            raise MalformedError(f"{self.tag:X} has no {tag:X}")
        return found

    def number(self) -> int:
        """Return the value as a signed INTEGER."""
        if not self.value:
            raise MalformedError("an INTEGER has at least one byte")
        return int.from_bytes(self.value, "big", signed=True)

    def text(self) -> str:
        """Return the value as UTF-8."""
        try:
            return self.value.decode()
        except UnicodeDecodeError as fault:
            raise MalformedError("text that is not UTF-8") from fault


def tlv(tag: int, *parts: bytes) -> bytes:
    """Return one data object whose value is the parts, one after another."""
    value = b"".join(parts)
    return header(tag, len(value)) + value


def header(tag: int, length: int) -> bytes:
    """Return tag and length alone, as they stand before a value of that many bytes."""
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + encoded_length(length)


def encoded_length(length: int) -> bytes:
    """Return a length field, in the fewest bytes."""
    if length < 0x80:
        return bytes([length])
    count = (length.bit_length() + 7) // 8
    return bytes([0x80 | count]) + length.to_bytes(count, "big")


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Return a signed INTEGER."""
    return tlv(tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


def bits(numbers: tuple[int, ...], tag: int) -> bytes:
    """Return a BIT STRING of named bits, where bit 0 is the first; trailing zeros are left out."""
    if not numbers:
        return tlv(tag, b"\0")
    width = max(numbers) + 1
    value = sum(1 << (-(-width // 8) * 8 - 1 - number) for number in numbers)
    return tlv(tag, bytes([-width % 8]), value.to_bytes(-(-width // 8), "big"))


def named_bits(value: bytes) -> tuple[int, ...]:
    """Return the numbers of the bits set in a BIT STRING's value."""
    if not value or value[0] > 7 or (value[0] and len(value) == 1):
        raise MalformedError("a BIT STRING without its count of unused bits")
    return tuple(
        index * 8 + bit for index, byte in enumerate(value[1:]) for bit in range(8) if byte & (0x80 >> bit)
    )


def object_identifier(dotted: str) -> bytes:
    """Return the value of an OBJECT IDENTIFIER, without its tag."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return b"".join(_base128(arc) for arc in (first * 40 + second, *rest))


def _base128(arc: int) -> bytes:
    septets = [arc & 0x7F]
    while arc := arc >> 7:
        septets.append(0x80 | (arc & 0x7F))
    return bytes(reversed(septets))


def read(data: bytes) -> Tlv:
    """Return the one data object that these bytes are; MalformedError if they are less or more."""
    found, rest = read_one(data)
    if rest:
        raise MalformedError(f"{len(rest)} bytes follow the data object")
    return found


def read_all(data: bytes) -> tuple[Tlv, ...]:
    """Return the data objects that stand one after another in these bytes."""
    found = []
    while data:
        item, data = read_one(data)
        found.append(item)
    return tuple(found)


def read_one(data: bytes) -> tuple[Tlv, bytes]:
    """Return the first data object and the bytes after it."""
    tag, length, start = read_header(data)
    end = start + length
    if end > len(data):
        raise MalformedError(f"{tag:X} says {length} bytes and has {len(data) - start}")
    return Tlv(tag, data[start:end], data[:end]), data[end:]


def read_header(data: bytes) -> tuple[int, int, int]:
    """Return tag, length of the value, and where the value begins."""
    size = _tag_size(data)
    if len(data) <= size:
        raise MalformedError("a data object ends in its tag")
    first = data[size]
    count = first & 0x7F if first & 0x80 else 0
    start = size + 1 + count
    if len(data) < start or (first & 0x80 and not 1 <= count <= 4):
        raise MalformedError("a data object ends in its length")
    length = int.from_bytes(data[size + 1 : start], "big") if count else first
    if encoded_length(length) != data[size:start]:
        raise MalformedError("a length in more bytes than it needs")
    return int.from_bytes(data[:size], "big"), length, start


def _tag_size(data: bytes) -> int:
    if not data:
        raise MalformedError("no data object")
    if data[0] & 0x1F != 0x1F:
        return 1
    size = 2
    while size <= len(data) and data[size - 1] & 0x80:
        size += 1
    if size > min(len(data), 3):
        raise MalformedError("a tag without end")
    return size
