"""Pruning: what no snapshot reaches goes, at every copy. Killed at any instant, nothing needed is lost.

What may not enter: the rules of the plan (prune_plan), the order of the switch (switch).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou import kernel
from notou.errors import DamagedError
from notou.events import Progress
from notou.kernel import Usage
from notou.model import FileKind
from notou.sentence import say
from notou.upkeep.living import LivingCopies, locked
from notou.upkeep.prune_plan import PackUse, PruneOptions, PrunePlan, plan_prune
from notou.upkeep.reach import mark_reached
from notou.upkeep.repack import Repacker
from notou.upkeep.survey import (
    index_of,
    pack_file_bytes,
    pack_kind,
    read_index_names,
    read_snapshots,
    union_of_packs,
)
from notou.upkeep.switch import Switch, carry_out, sealed_indexes
from notou.vault.repository import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notou.events import Report
    from notou.kernel import Index
    from notou.stores.base import Store
    from notou.upkeep.survey import IndexNames
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder


@dataclass(frozen=True, slots=True)
class PruneResult:
    """What was planned and, if ``done``, carried out; ``failures``: location → why a copy was left out."""

    plan: PrunePlan
    done: bool
    failures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a prune decides on, all of it read under the locks."""

    vault: Vault
    names: IndexNames
    usage: Usage
    listed: Mapping[bytes, int]
    plan: PrunePlan


def plan(
    copies: Sequence[Store], config: Config, master: MasterKey, options: PruneOptions, report: Report
) -> PruneResult:
    """The dry run: what a prune would do now. No lock is taken; errors are those of prune."""
    living = LivingCopies(copies, report)
    return PruneResult(_survey(living, config, master, options).plan, done=False, failures=living.failures)


def prune(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    options: PruneOptions,
    *,
    workspace: bytes,
    holder: Holder,
    report: Report,
) -> PruneResult:
    """Prune every copy that answers, under exclusive locks. ``workspace`` is an empty folder on this machine.

    A copy that lacks what another holds is completed first; one that cannot be is left as it is and
    reported. What killed writers left half done goes first. Raises LockedError; StoreUnavailableError when
    no copy is left; DamagedError when something a snapshot needs is at no copy: then nothing else changed.
    """
    with locked(copies, master, holder, report, exclusive=True) as living:
        living.each(lambda store: store.sweep())  # first: a full disk needs the room for packing anew
        ground = _survey(living, config, master, options)
        if not ground.plan.nothing_to_do:
            _carry_out(ground, master, options, workspace, living, report)
        return PruneResult(ground.plan, done=True, failures=living.failures)


def _survey(living: LivingCopies, config: Config, master: MasterKey, options: PruneOptions) -> _Ground:
    living.each(_answers)
    stores = living.stores
    snapshots = read_snapshots(stores, master)  # before the indexes: a dry run holds no lock
    names = read_index_names(stores, master)
    names.require_whole()
    vault = Vault(stores, master, config, [])
    usage = Usage(vault.load_index())
    for lost in mark_reached(vault, usage, snapshots):
        raise DamagedError(
            say(
                "The snapshot {short_id} is not whole: {reason} Nothing was pruned; heal or repair the "
                "vault first.",
                short_id=lost.snapshot.short_id,
                reason=lost.reason,
            )
        )
    listed = union_of_packs(stores, vault.index)
    decided = plan_prune(list(_pack_uses(usage, vault.index)), listed, names.packs_named, options)
    return _Ground(vault, names, usage, listed, decided)


def _answers(store: Store) -> None:
    """Whether the copy is there at all, asked once, so that an absent one drops out before it is surveyed."""
    store.list(FileKind.SNAPSHOT)


def _pack_uses(usage: Usage, index: Index) -> Iterator[PackUse]:
    lanes = {pack_id: lane for pack_id, lane, _, _ in index.packs()}
    for pack_id, used_blobs, used_bytes, unused_blobs, unused_bytes in usage.packs():
        entries = index.entries(pack_id)
        yield PackUse(
            id=pack_id,
            lane=lanes[pack_id],
            kind=pack_kind(entries),
            used_blobs=used_blobs,
            used_bytes=used_bytes,
            unused_blobs=unused_blobs,
            unused_bytes=unused_bytes,
            file_bytes=pack_file_bytes(entries),
        )


def _carry_out(
    ground: _Ground,
    master: MasterKey,
    options: PruneOptions,
    workspace: bytes,
    living: LivingCopies,
    report: Report,
) -> None:
    kept = index_of(ground.vault.index, ground.plan.keep)
    with Repacker(master, kept, workspace, living) as repacker:
        _repack(ground, repacker, report)
    _require_all_kept(ground, kept)
    named_still = set().union(
        *(packs for id_, packs in ground.names.packs_named.items() if id_ not in ground.plan.rewrite_indexes)
    )
    to_name = (ground.plan.keep - named_still) | repacker.packs.keys()
    gone = ground.plan.delete | ground.plan.unreferenced.keys() | {use.id for use in ground.plan.repack}
    carry_out(
        Switch(
            packs={id_: ground.listed[id_] for id_ in ground.plan.keep} | repacker.packs,
            new_indexes=tuple(sealed_indexes(kept, to_name, master)),
            kept_indexes=ground.names.packs_named.keys() - ground.plan.rewrite_indexes,
            old_indexes=ground.plan.rewrite_indexes,
            old_packs=gone,
        ),
        living,
    )


def _repack(ground: _Ground, repacker: Repacker, report: Report) -> None:
    key = ground.vault.master.bytes64
    bytes_done, bytes_total = 0, sum(use.total_bytes for use in ground.plan.repack)
    for number, use in enumerate(ground.plan.repack):
        entries = ground.usage.used_entries(use.id)
        data = ground.vault.fetch_pack(use.id, use.file_bytes)
        opened = kernel.open_blobs(key, data, 0, entries)
        blobs = [blob for blob in opened if isinstance(blob, bytes)]
        if len(blobs) != len(entries):
            raise DamagedError(
                say(
                    "A blob of the pack {id} does not open. Nothing was pruned; run repair packs first.",
                    id=use.id.hex(),
                )
            )
        repacker.store(use.lane, entries, blobs)
        bytes_done += use.total_bytes
        report(Progress(number + 1, bytes_done, len(ground.plan.repack), bytes_total, use.id.hex().encode()))
    repacker.finish()


def _require_all_kept(ground: _Ground, kept: Index) -> None:
    """The last look before anything goes: every blob used is in a pack that stays."""
    for use in ground.plan.repack:
        entries = ground.usage.used_entries(use.id)
        for kind in {entry.kind for entry in entries}:
            ids = b"".join(entry.id for entry in entries if entry.kind == kind)
            if None in kept.find_many(kind, ids):
                raise DamagedError(
                    say(
                        "Not all that is needed of the pack {id} was packed anew; nothing was pruned.",
                        id=use.id.hex(),
                    )
                )
