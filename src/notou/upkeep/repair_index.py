"""Repairing the index: what packs say of themselves replaces what is missing or wrong; what is right stays.

What may not enter: looking into blobs (repair_packs), other copies' bytes (heal).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError
from notou.kernel import PackCheck
from notou.model import UNKNOWN_LANE
from notou.sentence import say
from notou.upkeep.living import locked
from notou.upkeep.survey import IndexNames, index_of, pack_file_bytes, read_index_names, union_of_packs
from notou.upkeep.switch import Switch, carry_out, sealed_indexes
from notou.vault.index_files import new_index
from notou.vault.repository import Vault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from notou.events import Report
    from notou.kernel import Index
    from notou.model import BlobEntry
    from notou.stores.base import Store
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder


@dataclass(frozen=True, slots=True)
class IndexRepair:
    """Pack ids are 32 bytes, index ids hex. ``failures``: location → why a copy was left out."""

    read_anew: tuple[bytes, ...]  # named now as their own header says
    dropped: tuple[bytes, ...]  # were named, are at no copy
    unreadable: Mapping[bytes, str]  # headers that do not open; what an index says of them stays
    indexes_replaced: tuple[str, ...]
    failures: Mapping[str, str]

    @property
    def nothing_to_do(self) -> bool:
        """Whether the index was right already."""
        return not (self.read_anew or self.dropped or self.indexes_replaced)


def repair_index(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    *,
    dry_run: bool,
    holder: Holder,
    report: Report,
) -> IndexRepair:
    """Make the index name every readable pack and none that is gone, at every copy that answers.

    A pack no index named gets no lane; the next backup finds it by walking. With ``dry_run`` nothing is
    written but the lock. Raises LockedError, StoreUnavailableError.
    """
    with locked(copies, master, holder, report, exclusive=True) as living:
        stores = living.stores
        names = read_index_names(stores, master)
        vault = Vault(stores, master, config, [])
        index = vault.load_index()
        lanes = {pack_id: lane for pack_id, lane, _, _ in index.packs()}
        listed = union_of_packs(stores, index)
        right = {id_ for id_ in lanes if listed.get(id_) == pack_file_bytes(index.entries(id_))}
        fixed = index_of(index, right)
        others = {pack_id: listed[pack_id] for pack_id in sorted(listed.keys() - right)}
        read_anew, unreadable = _add_packs(fixed, others, vault, index, lanes)
        changed = (lanes.keys() - listed.keys()) | set(read_anew)
        replaced = {id_ for id_, packs in names.packs_named.items() if packs & changed}
        result = IndexRepair(
            tuple(read_anew),
            tuple(sorted(lanes.keys() - listed.keys())),
            unreadable,
            tuple(sorted(replaced | names.damaged.keys())),
            living.failures,
        )
        if not dry_run and not result.nothing_to_do:
            packs = {id_: listed[id_] for id_ in right | set(read_anew)}
            carry_out(_switch(fixed, packs, names, result.indexes_replaced, master), living)
        return result


def _switch(
    fixed: Index,
    packs: Mapping[bytes, int],
    names: IndexNames,
    replaced: Collection[str],
    master: MasterKey,
) -> Switch:
    """New index files for what those that stay do not name."""
    kept = names.packs_named.keys() - set(replaced)
    still_named = set().union(*(names.packs_named[id_] for id_ in kept))
    to_name = {pack_id for pack_id, _, _, _ in fixed.packs()} - still_named
    return Switch(
        packs=packs,
        new_indexes=tuple(sealed_indexes(fixed, to_name, master)),
        kept_indexes=kept,
        old_indexes=replaced,
        old_packs=(),
    )


def _add_packs(
    fixed: Index, packs: Mapping[bytes, int], vault: Vault, index: Index, lanes: Mapping[bytes, int]
) -> tuple[list[bytes], dict[bytes, str]]:
    """Add packs (id → bytes) by their headers; (those read, those unreadable with the reason).

    An unreadable one that ``index`` names keeps what it says: other copies, or blobs, may still be whole. One
    that no index names and that holds damaged blobs is named last, and only where it has what no other has:
    else whoever can write to a copy could put a damaged twin in the place of a good pack.
    """
    read_anew, unreadable, doubtful = [], {}, {}
    for pack_id, size in packs.items():
        try:
            entries = vault.pack_entries(pack_id, size)
            if pack_id not in lanes and not _is_whole(vault, pack_id, size, entries):
                doubtful[pack_id] = entries
                continue
            read_anew.append(pack_id)
        except (DamagedError, NotFoundError) as error:
            unreadable[pack_id] = str(error)
            entries = index.entries(pack_id) if pack_id in lanes else []
        if entries:
            fixed.add_pack(pack_id, lanes.get(pack_id, UNKNOWN_LANE), entries)
    for pack_id, entries in doubtful.items():
        if all(fixed.find(entry.kind, entry.id) for entry in entries):
            unreadable[pack_id] = say("It is damaged, and other packs hold all that is in it.")
            continue
        read_anew.append(pack_id)
        fixed.add_pack(pack_id, UNKNOWN_LANE, entries)
    return read_anew, unreadable


def _is_whole(vault: Vault, pack_id: bytes, size: int, entries: Sequence[BlobEntry]) -> bool:
    alone = new_index()
    alone.add_pack(pack_id, UNKNOWN_LANE, list(entries))
    check = PackCheck(vault.master.bytes64, alone, pack_id)
    try:
        check.feed(vault.fetch_pack(pack_id, size))
    except (DamagedError, NotFoundError):
        return False
    return check.finish() == ([], "")
