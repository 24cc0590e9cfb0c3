"""Reads packs whole and verifies them with the kernel, one at a time so that memory stays bounded.

What may not enter: choosing packs, judging what their damage costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou import kernel
from notou.errors import DamagedError, NotFoundError, StoreError
from notou.upkeep.objects import pack_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notou.kernel import Index
    from notou.model import BlobEntry
    from notou.stores.base import Store


@dataclass(frozen=True, slots=True)
class PackVerdict:
    """One pack read: ``faults`` are sentences, ``lost`` the entries of the index that do not open."""

    pack_id: bytes
    bytes_read: int
    faults: tuple[str, ...] = ()
    lost: tuple[BlobEntry, ...] = ()


def verify_packs(
    store: Store, key: bytes, index: Index, packs: Sequence[tuple[bytes, int]]
) -> Iterator[PackVerdict]:
    """Verify each of ``packs`` (id, size) at one copy against its name, its header and the index.

    One pack is in memory at a time; the kernel opens its blobs on all cores.
    """
    for pack_id, size in packs:
        yield _verify(store, key, index, pack_id, size)


def _verify(store: Store, key: bytes, index: Index, pack_id: bytes, size: int) -> PackVerdict:
    indexed = index.entries(pack_id)
    try:
        data = store.get(pack_name(pack_id), most=size)
    except (DamagedError, NotFoundError, StoreError) as error:
        return PackVerdict(pack_id, 0, (str(error),), tuple(indexed))
    entries, damaged, about_pack = kernel.verify_pack(key, pack_id, data)
    if not damaged and not about_pack and entries == indexed:  # nearly always: no more work a blob
        return PackVerdict(pack_id, len(data))
    faults = [about_pack] if about_pack else []
    faults += [f"The blob {entry.id.hex()}: {sentence}" for entry, sentence in damaged]
    bad = {entry.id for entry, _ in damaged}
    opens = {entry for entry in entries if entry.id not in bad}
    if set(entries) != set(indexed):
        faults.append("Its header names other blobs than the index does.")
    lost = tuple(entry for entry in indexed if entry not in opens)
    return PackVerdict(pack_id, len(data), tuple(faults), lost)
