"""Repairing packs: the blobs of damaged packs that still open go into new packs, and the damaged ones go.

A pack that another copy has right is left to heal. What may not enter: what a lost blob costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError, UsageError
from notou.kernel import PackCheck
from notou.sentence import say
from notou.upkeep.living import locked
from notou.upkeep.repack import Repacker
from notou.upkeep.survey import index_of, pack_file_bytes, read_index_names, union_of_packs
from notou.upkeep.switch import Switch, carry_out, sealed_indexes
from notou.vault.repository import Vault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from notou.events import Report
    from notou.kernel import Index
    from notou.model import BlobEntry
    from notou.stores.base import Store
    from notou.upkeep.living import LivingCopies
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder


@dataclass(frozen=True, slots=True)
class PackRepair:
    """Per damaged pack (32-byte id) the blobs saved and lost; ``healable`` packs another copy has right."""

    saved: Mapping[bytes, int]
    lost: Mapping[bytes, tuple[BlobEntry, ...]]
    healable: tuple[bytes, ...]
    failures: Mapping[str, str]


def repair_packs(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    pack_ids: Collection[bytes],
    *,
    dry_run: bool,
    workspace: bytes,
    holder: Holder,
    report: Report,
) -> PackRepair:
    """Salvage what opens of the packs named (32-byte ids) and forget the rest, at every copy that answers.

    ``workspace`` is an empty folder on this machine. Raises UsageError when no index names a pack (run
    repair index first), LockedError, StoreUnavailableError.
    """
    with locked(copies, master, holder, report, exclusive=True) as living:
        vault = Vault(living.stores, master, config, [])
        index = vault.load_index()
        _require_indexed(index, pack_ids)
        healable = tuple(id_ for id_ in sorted(pack_ids) if _is_whole(vault, id_))
        damaged = set(pack_ids) - set(healable)
        opened = {id_: _salvage(vault, id_) for id_ in sorted(damaged)}
        if damaged and not dry_run:
            _replace(vault, index, opened, living, workspace)
        return PackRepair(
            saved={id_: len(blobs) for id_, blobs in opened.items()},
            lost={
                id_: tuple(e for e in index.entries(id_) if e not in blobs) for id_, blobs in opened.items()
            },
            healable=healable,
            failures=living.failures,
        )


def _require_indexed(index: Index, pack_ids: Collection[bytes]) -> None:
    unknown = set(pack_ids) - {pack_id for pack_id, _, _, _ in index.packs()}
    for pack_id in sorted(unknown):
        raise UsageError(say("No index names the pack {pack}; run repair index first.", pack=pack_id.hex()))


def _is_whole(vault: Vault, pack_id: bytes) -> bool:
    """Whether a copy yields the pack, and all its blobs open: damage may be older than its name."""
    try:
        data = vault.fetch_pack(pack_id, pack_file_bytes(vault.index.entries(pack_id)))
    except (DamagedError, NotFoundError):
        return False
    check = PackCheck(vault.master.bytes64, vault.index, pack_id)
    check.feed(data)
    return check.finish() == ([], "")


def _salvage(vault: Vault, pack_id: bytes) -> dict[BlobEntry, bytes]:
    """The blobs of one pack that some copy still yields; a pack's worth of memory."""
    found: dict[BlobEntry, bytes] = {}
    for entry in vault.index.entries(pack_id):
        try:
            found[entry] = vault.load_blob(entry.kind, entry.id)
        except (DamagedError, NotFoundError):
            continue
    return found


def _replace(
    vault: Vault,
    index: Index,
    opened: Mapping[bytes, Mapping[BlobEntry, bytes]],
    living: LivingCopies,
    workspace: bytes,
) -> None:
    names = read_index_names(living.stores, vault.master)
    names.require_whole()
    lanes = {pack_id: lane for pack_id, lane, _, _ in index.packs()}
    kept = index_of(index, lanes.keys() - opened.keys())
    with Repacker(vault.master, kept, workspace, living) as repacker:
        for pack_id, blobs in opened.items():
            repacker.store(lanes[pack_id], list(blobs), list(blobs.values()))
        repacker.finish()
    rewrite = {id_ for id_, packs in names.packs_named.items() if packs & opened.keys()}
    renamed = set().union(*(names.packs_named[id_] for id_ in rewrite)) - opened.keys()
    listed = union_of_packs(living.stores, kept)
    right = lanes.keys() & listed.keys() - opened.keys()
    carry_out(
        Switch(
            packs={id_: listed[id_] for id_ in right} | repacker.packs,
            new_indexes=tuple(sealed_indexes(kept, renamed | repacker.packs.keys(), vault.master)),
            kept_indexes=names.packs_named.keys() - rewrite,
            old_indexes=rewrite,
            old_packs=opened.keys(),
        ),
        living,
    )
