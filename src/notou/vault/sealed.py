"""Index, snapshot and lock files: JSON, compressed and sealed, named by the SHA-256 of what is stored.

What may not enter: what the JSON means; packs, which are the kernel's.
"""

from __future__ import annotations

import hashlib

from notou import kernel
from notou.errors import DamagedError
from notou.sentence import say
from notou.vault.keys import MasterKey

MOST_SEALED_BYTES = 256 * 1024 * 1024
"""Stored bytes of the largest index file accepted; restic's hold at most 50,000 blobs, some megabytes."""
_LEVEL = 3
_COMPRESSED = b"\x02"


def seal_file(master: MasterKey, plain_json: bytes) -> tuple[str, bytes]:
    """(id in hex, bytes to store) of a file of format 2."""
    sealed = kernel.seal(master.bytes64, _COMPRESSED + kernel.compress(plain_json, _LEVEL))
    return hashlib.sha256(sealed).hexdigest(), sealed


def open_file(master: MasterKey, file_id: str, data: bytes, most: int) -> bytes:
    """The JSON of a file of format 1 or 2, ``most`` bytes at most (LimitError).

    DamagedError when its bytes are not its name's or do not open.
    """
    if hashlib.sha256(data).hexdigest() != file_id:
        raise DamagedError(
            say("The bytes of the file {file} are not those its name stands for.", file=file_id[:16])
        )
    return decode_plain(kernel.unseal(master.bytes64, data), most)


def decode_plain(opened: bytes, most: int) -> bytes:
    """Undo the compression of an opened file; LimitError when it would grow beyond ``most`` bytes."""
    if opened[:1] in (b"{", b"["):
        return opened
    if opened[:1] != _COMPRESSED:
        raise DamagedError(say("The file opens, but is of no format that restic writes."))
    return kernel.decompress(opened[1:], most)
