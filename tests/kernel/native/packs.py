"""Sealed blobs for tests of what the kernel writes and opens."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from notou.model import BlobEntry, BlobKind

if TYPE_CHECKING:
    from types import ModuleType

KEY = bytes(range(64))


def packed(kernel: ModuleType, contents: list[bytes]) -> tuple[bytes, list[BlobEntry]]:
    """(the blobs one after the other, sealed raw; their entries)."""
    data, entries = b"", []
    for content in contents:
        sealed = kernel.seal(KEY, content)
        entries.append(BlobEntry(BlobKind.DATA, hashlib.sha256(content).digest(), len(data), len(sealed), 0))
        data += sealed
    return data, entries
