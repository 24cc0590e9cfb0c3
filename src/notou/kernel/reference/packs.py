"""Packs: blobs ‖ sealed header ‖ u32le(length of the sealed header), opened and verified.

Everything declared by stored bytes is held to bounds before it is believed (VAULT-FORMAT, pack).
What may not enter: files, the index, what blobs mean.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from notou.errors import DamagedError, LimitError, NotouError, UsageError
from notou.kernel.reference.compression import decompress
from notou.kernel.reference.seal import OVERHEAD_BYTES, unseal
from notou.model import MOST_DATA_BYTES, MOST_TREE_BYTES, BlobEntry, BlobKind
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER_MOST = 16 << 20
LENGTH_BYTES = 4  # of the field at the end of a pack
_U32_MOST = 2**32 - 1

_BLOB_MOST: dict[int, int] = {BlobKind.DATA: MOST_DATA_BYTES, BlobKind.TREE: MOST_TREE_BYTES}

_ID_BYTES = 32
_RAW = struct.Struct("<BI32s")  # type, length, id
_COMPRESSED = struct.Struct("<BII32s")  # type, length, plain length, id
_COMPRESSED_BIT = 2


def checked_entry(kind: int, blob_id: bytes, offset: int, length: int, plain_length: int) -> BlobEntry:
    """An entry from outside. DamagedError when it cannot be, LimitError when it is too large."""
    most = _BLOB_MOST.get(kind)
    if most is None or len(blob_id) != _ID_BYTES:
        raise DamagedError(
            say("There is no blob of kind {kind} with an id of {count} bytes.", kind=kind, count=len(blob_id))
        )
    if length > most + (most >> 8) + OVERHEAD_BYTES or plain_length > most:
        raise LimitError(
            say(
                "The blob {blob} declares {length} bytes, more than the {most} Notou accepts.",
                blob=blob_id.hex(),
                length=max(length, plain_length),
                most=most,
            )
        )
    if length < OVERHEAD_BYTES or offset < 0 or plain_length < 0 or offset + length > _U32_MOST:
        raise DamagedError(
            say(
                "The blob {blob} cannot lie at {offset} with {length} bytes.",
                blob=blob_id.hex(),
                offset=offset,
                length=length,
            )
        )
    return BlobEntry(kind, blob_id, offset, length, plain_length)


# ---------------------------------------------------------------- blobs


def open_blobs(key: bytes, data: bytes, base: int, entries: list[BlobEntry]) -> list[bytes | str]:
    """Open, decompress and verify blobs by id; ``data`` is the pack's bytes from offset ``base`` on.

    One answer an entry, in order: the plain bytes, or a sentence naming what is wrong.
    """
    view = memoryview(data)
    return [_open_or_sentence(key, view, base, entry) for entry in entries]


def _open_or_sentence(key: bytes, data: memoryview, base: int, entry: BlobEntry) -> bytes | str:
    start = entry.offset - base
    if start < 0 or start + entry.length > len(data):
        return say("The blob {id} lies outside the bytes that were read of its pack.", id=entry.id.hex())
    try:
        return open_blob(key, bytes(data[start : start + entry.length]), entry)
    except UsageError:
        raise
    except NotouError as error:
        return say("The blob {id} is damaged. {error}", id=entry.id.hex(), error=str(error))


def open_blob(key: bytes, sealed: bytes, entry: BlobEntry) -> bytes:
    """The plain bytes of one sealed blob. DamagedError when anything differs from what ``entry`` says."""
    checked_entry(*entry)
    plain = unseal(key, sealed)
    if entry.plain_length:
        plain = decompress(plain, entry.plain_length)
        if len(plain) != entry.plain_length:
            raise DamagedError(
                say(
                    "It holds {count} bytes where {plain_length} were declared.",
                    count=len(plain),
                    plain_length=entry.plain_length,
                )
            )
    if hashlib.sha256(plain).digest() != entry.id:
        raise DamagedError(say("Its content has another SHA-256 than its name."))
    return plain


# ---------------------------------------------------------------- headers


def encode_header(entries: list[BlobEntry]) -> bytes:
    """The plain header of a pack that holds ``entries`` one after the other from offset 0."""
    return b"".join(map(_header_entry, entries))


def _header_entry(entry: BlobEntry) -> bytes:
    if entry.plain_length:
        kind = entry.kind | _COMPRESSED_BIT
        return _COMPRESSED.pack(kind, entry.length, entry.plain_length, entry.id)
    return _RAW.pack(entry.kind, entry.length, entry.id)


def read_header(key: bytes, tail: bytes, pack_size: int) -> list[BlobEntry]:
    """The entries of a pack's header, by offset; ``tail`` is the end of the pack, its header at least.

    DamagedError when the header does not open, does not parse, does not cover the pack exactly, or is
    longer than ``tail``. LimitError above 16 MiB of header.
    """
    length = _header_length(tail, pack_size)
    start = len(tail) - LENGTH_BYTES - length
    if start < 0:
        raise DamagedError(say("The pack's header takes {length} bytes, more than there are.", length=length))
    entries = list(_decode_header(unseal(key, tail[start:-LENGTH_BYTES])))
    covered = sum(entry.length for entry in entries) + length + LENGTH_BYTES
    if covered != pack_size:
        raise DamagedError(
            say(
                "The pack's header accounts for {covered} bytes, but the pack has {pack_size}.",
                covered=covered,
                pack_size=pack_size,
            )
        )
    return entries


def _header_length(tail: bytes, pack_size: int) -> int:
    if len(tail) < LENGTH_BYTES or len(tail) > pack_size:
        raise DamagedError(say("A pack of {pack_size} bytes has no header.", pack_size=pack_size))
    length = int.from_bytes(tail[-LENGTH_BYTES:], "little")
    if length > HEADER_MOST:
        raise LimitError(
            say(
                "The pack declares a header of {length} bytes; {header_most} are accepted.",
                length=length,
                header_most=HEADER_MOST,
            )
        )
    if length < OVERHEAD_BYTES or length + LENGTH_BYTES > pack_size:
        raise DamagedError(
            say("The pack declares a header of {length} bytes, which cannot be.", length=length)
        )
    return length


def _decode_header(plain: bytes) -> Iterator[BlobEntry]:
    """Entries one after the other; offsets follow from the lengths."""
    at = offset = 0
    while at < len(plain):
        form = _COMPRESSED if plain[at] & _COMPRESSED_BIT else _RAW
        if plain[at] > BlobKind.TREE | _COMPRESSED_BIT or at + form.size > len(plain):
            raise DamagedError(
                say("The pack's header does not parse: an entry is cut short or of unknown type.")
            )
        kind, length, *plain_length, blob_id = form.unpack_from(plain, at)
        if plain_length == [0]:
            raise DamagedError(say("The pack's header does not parse: a compressed blob of no bytes."))
        entry = checked_entry(kind & 1, blob_id, offset, length, *(plain_length or [0]))
        yield entry
        at += form.size
        offset += length
