"""One item as a stream of bytes: a file as it is, a folder as a tar archive.

Nothing is held but the pieces being written. The archive is in pax format, so that names that are no
UTF-8, nanoseconds and extended attributes survive; names are whole paths without the first slash.
What may not enter: opening the output.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from typing import IO

from notou.errors import DamagedError, UsageError
from notou.model import BlobKind, Node, NodeKind
from notou.restore.browse import Item, list_items, look_up
from notou.restore.listing import LETTERS, as_node, parse
from notou.restore.portion import Twin
from notou.restore.trees import Damaged, TreeReader, refuse
from notou.restore.twins import Twins
from notou.sentence import say
from notou.shown import shown
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot

BATCH_BYTES = 16 * 1024 * 1024

_TAR_TYPES = {
    NodeKind.FILE: tarfile.REGTYPE,
    NodeKind.DIR: tarfile.DIRTYPE,
    NodeKind.SYMLINK: tarfile.SYMTYPE,
    NodeKind.DEVICE: tarfile.BLKTYPE,
    NodeKind.CHAR_DEVICE: tarfile.CHRTYPE,
    NodeKind.FIFO: tarfile.FIFOTYPE,
}


def dump(
    vault: Vault,
    snapshots: Sequence[Snapshot],
    path: bytes,
    output: IO[bytes],
    *,
    damaged: Damaged = refuse,
) -> None:
    """Write the file at ``path``, or the folder at ``path`` and all below as tar, to ``output``.

    What is in the folder and known to be damaged before its bytes are written is told to ``damaged`` and
    left out. Raises NotFoundError when no snapshot has the path, UsageError when it is neither file nor
    folder, DamagedError when a part of a file can be read at no copy: what was written until then is not
    whole.
    """
    entry, place = look_up(TreeReader(vault, snapshots), path)
    if place is not None:
        _dump_folder(vault, snapshots, path, output, damaged)
        return
    assert entry is not None
    node = as_node(parse(entry[2]))
    if node.kind != NodeKind.FILE:
        raise UsageError(
            say(
                "{path} is neither a file nor a folder, so that there is nothing to write out.",
                path=shown(path),
            )
        )
    for piece in pieces(vault, node):
        output.write(piece)


def pieces(vault: Vault, node: Node) -> Iterator[bytes]:
    """A file's content, blob by blob; a bounded number of bytes is read at a time."""
    for batch in _batches(vault, node.content or ()):
        yield from vault.load_blobs(BlobKind.DATA, batch)


def plain_size(vault: Vault, node: Node) -> int:
    """What a file's content really comes to, in bytes; DamagedError when a blob is in no pack."""
    return sum(_lengths(vault, node.content or ()))


def _batches(vault: Vault, ids: Sequence[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    batch_bytes = 0
    for blob_id, length in zip(ids, _lengths(vault, ids), strict=True):
        if batch and batch_bytes + length > BATCH_BYTES:
            yield batch
            batch, batch_bytes = [], 0
        batch.append(blob_id)
        batch_bytes += length
    if batch:
        yield batch


def _lengths(vault: Vault, ids: Sequence[bytes]) -> Iterator[int]:
    for first in range(0, len(ids), 4096):
        some = ids[first : first + 4096]
        for blob_id, place in zip(some, vault.index.find_many(BlobKind.DATA, b"".join(some)), strict=True):
            if place is None:
                raise DamagedError(
                    say("Part of the file is in no pack (blob {blob}).", blob=blob_id.hex()[:16])
                )
            yield place.plain_bytes


def _dump_folder(
    vault: Vault, snapshots: Sequence[Snapshot], path: bytes, output: IO[bytes], damaged: Damaged
) -> None:
    twins = Twins()
    with tarfile.open(
        fileobj=output, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape"
    ) as archive:
        for item in list_items(vault, snapshots, path, damaged=damaged):
            member = _sound_member(vault, item, twins, damaged)
            if member is not None:
                content = _Stream(pieces(vault, item.node)) if member.isreg() else None
                archive.addfile(member, content)  # type: ignore[arg-type]
                archive.getmembers().clear()  # else every member stays in memory


def _sound_member(vault: Vault, item: Item, twins: Twins, damaged: Damaged) -> tarfile.TarInfo | None:
    """As _member; None as well for a file of which a part is in no pack."""
    try:
        return _member(vault, item, twins)
    except DamagedError as error:
        damaged(item.path, error)
        return None


def _member(vault: Vault, item: Item, twins: Twins) -> tarfile.TarInfo | None:
    """The header of one member; None for what tar cannot hold (sockets)."""
    node = item.node
    kind = _TAR_TYPES.get(NodeKind(node.kind)) if node.kind in LETTERS else None
    if kind is None:
        return None
    member = tarfile.TarInfo(_text(item.path.lstrip(b"/")))
    member.type = kind
    member.mode, member.uid, member.gid = node.mode, node.uid, node.gid
    member.uname, member.gname = node.user, node.group
    member.pax_headers = _pax_headers(node)
    if kind == tarfile.SYMTYPE:
        member.linkname = _text(node.link_target)
    member.devmajor, member.devminor = _device(node.device)
    twin = _twin(item)
    first = twins.first(twin) if twin else None
    if first is not None:
        member.type, member.linkname = tarfile.LNKTYPE, _text(first.lstrip(b"/"))
    elif kind == tarfile.REGTYPE:
        member.size = plain_size(vault, node)
    if twin and first is None:
        twins.remember(twin, item.path)
    return member


def _twin(item: Item) -> Twin | None:
    """What its other names agree in with it, if it has any."""
    if item.node.links < 2 or item.node.kind == NodeKind.DIR:
        return None
    return Twin(item.snapshot.time_ns, item.node.device_id, item.node.inode)


def _pax_headers(node: Node) -> dict[str, str]:
    seconds, nanoseconds = divmod(abs(node.mtime_ns), 10**9)
    sign = "-" if node.mtime_ns < 0 else ""
    headers = {"mtime": f"{sign}{seconds}.{nanoseconds:09}"}
    for name, value in node.xattrs:
        headers[f"SCHILY.xattr.{name}"] = _text(value)
    return headers


def _device(device: int) -> tuple[int, int]:
    """(major, minor) as Linux packs them."""
    major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
    return major, (device & 0xFF) | (device >> 12 & 0xFFFFFF00)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


class _Stream:
    """The pieces of a file as tarfile reads them."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._piece = memoryview(b"")

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes, unless the content ends."""
        parts = []
        while size > 0:
            if not self._piece:
                following = next(self._source, None)
                if following is None:
                    break
                self._piece = memoryview(following)
            part, self._piece = self._piece[:size], self._piece[size:]
            parts.append(bytes(part))
            size -= len(part)
        return b"".join(parts)
