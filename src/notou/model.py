"""Plain records that several packages share: names of stored objects, lanes, tree nodes.

What may not enter: behaviour beyond what derives from a record's own fields, I/O, anything that
imports another part of Notou than errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class FileKind(StrEnum):
    """The kinds of file in a vault; the value is the folder's name (VAULT-FORMAT, layout)."""

    CONFIG = "config"
    KEY = "keys"
    PACK = "data"
    INDEX = "index"
    SNAPSHOT = "snapshots"
    LOCK = "locks"


class ObjectName(NamedTuple):
    """The name of one stored file: its kind, and the hex SHA-256 of its bytes ("" for the config)."""

    kind: FileKind
    id: str


CONFIG_NAME = ObjectName(FileKind.CONFIG, "")


class BlobKind(IntEnum):
    """What a blob holds; the numbers are those of pack headers."""

    DATA = 0
    TREE = 1


class Lane(IntEnum):
    """The stream of one class through the vault; the order is the rank in which lanes are sent.

    The number is what the kernel and its index carry; the name in lower case is what people see,
    what the snapshot's tag ``notou:<class>`` and the index file's ``lane`` field carry.
    """

    WALLET = 0
    CONTACTS = 1
    CALENDARS = 2
    MESSAGES = 3
    DOCUMENTS = 4
    PHOTOS = 5
    VIDEOS = 6
    OTHER = 7

    @property
    def label(self) -> str:
        """The class as people write it, such as ``photos``."""
        return self.name.lower()


UNKNOWN_LANE = 255
"""The lane of a pack whose index file does not say (written by restic or rustic)."""


MOST_DATA_BYTES = 64 << 20
"""A data blob above this is refused when read: restic cuts at 8 MiB, Notou at what its rules say."""

MOST_PATH_BYTES = 16 * 1024
"""A folder of a vault with a longer path counts as one that cannot be read: no system has such paths."""

MOST_TREE_BYTES = 256 << 20
"""A tree's JSON above this is refused when read, so it is not written either: half a million entries fit."""


SEAL_BYTES = 32
"""What sealing adds to a blob: a nonce and a MAC of 16 bytes each."""


class BlobEntry(NamedTuple):
    """One blob inside one pack, as pack headers and index files name it."""

    kind: int  # BlobKind
    id: bytes  # 32 bytes, SHA-256 of the plain bytes
    offset: int  # bytes from the start of the pack
    length: int  # sealed bytes, nonce and MAC included
    plain_length: int  # 0 when the blob is stored raw; else the bytes it decompresses to

    @property
    def plain_bytes(self) -> int:
        """How many bytes it opens to."""
        return self.plain_length or self.length - SEAL_BYTES


class BlobPlace(NamedTuple):
    """Where one blob is stored."""

    pack_id: bytes  # 32 bytes
    lane: int  # Lane, or UNKNOWN_LANE
    offset: int
    length: int
    plain_length: int

    @property
    def plain_bytes(self) -> int:
        """How many bytes it opens to."""
        return self.plain_length or self.length - SEAL_BYTES


class NodeKind(StrEnum):
    """restic's node types."""

    FILE = "file"
    DIR = "dir"
    SYMLINK = "symlink"
    DEVICE = "dev"
    CHAR_DEVICE = "chardev"
    FIFO = "fifo"
    SOCKET = "socket"


@dataclass(frozen=True, slots=True)
class Node:
    """One entry of a tree blob.

    ``name`` and ``link_target`` are raw bytes as the file system gave them. ``mode`` holds the
    permission bits and setuid, setgid, sticky as Unix writes them (0o7777); the type bits of
    Go's FileMode belong to the codec. Times are nanoseconds since the epoch, UTC.
    """

    name: bytes
    kind: str  # a NodeKind value; kept as text, since a vault from outside may hold others
    mode: int = 0
    mtime_ns: int = 0
    atime_ns: int = 0
    ctime_ns: int = 0
    uid: int = 0
    gid: int = 0
    user: str = ""
    group: str = ""
    inode: int = 0
    device_id: int = 0
    size: int = 0
    links: int = 0
    link_target: bytes = b""
    xattrs: tuple[tuple[str, bytes], ...] = ()
    generic_attributes: bytes = b""  # raw JSON of restic's field (Windows, macOS), b"" when absent
    device: int = 0
    content: tuple[bytes, ...] | None = None  # 32-byte ids; None for what is no file
    subtree: bytes | None = None  # 32-byte id
    error: str = ""
