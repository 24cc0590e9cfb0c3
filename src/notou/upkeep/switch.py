"""Moves every copy from the packs and index files it has to those it shall have. Prune and repair end in it.

The order makes a kill at any instant harmless: packs that shall stay are brought and verified by listing,
then the new index files, then the old ones go, then the packs no index names. Until the old index files
go, both old and new name only packs that are there. What may not enter: deciding what goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.upkeep.objects import bring, list_packs, listing, pack_name
from notou.upkeep.survey import union_of_names
from notou.vault.sealed import seal_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from notou.kernel import Index
    from notou.stores.base import Store
    from notou.upkeep.living import LivingCopies
    from notou.vault.keys import MasterKey

MOST_BLOBS_PER_INDEX = 50_000

SealedFile = tuple[ObjectName, bytes]


@dataclass(frozen=True, slots=True)
class Switch:
    """What each copy shall hold afterwards, and what shall go. Pack ids are 32 bytes, index ids hex."""

    packs: Mapping[bytes, int]  # every pack that some index will name: its size in bytes
    new_indexes: tuple[SealedFile, ...]
    kept_indexes: Collection[str]
    old_indexes: Collection[str]
    old_packs: Collection[bytes]


def carry_out(switch: Switch, living: LivingCopies) -> None:
    """Bring every living copy through the steps; one that fails is left complete in itself, and reported.

    Raises StoreUnavailableError when no copy is left.
    """
    snapshots = union_of_names(living.stores, FileKind.SNAPSHOT)
    others = tuple(living.stores)
    living.each(lambda store: _complete_packs(store, others, switch))
    living.each(lambda store: _publish(store, others, switch, snapshots))
    # Only now, with every living copy whole under the new index, may anything go: until here a copy
    # could still be completed from another's old packs.
    indexes = [ObjectName(FileKind.INDEX, id_) for id_ in switch.old_indexes]
    living.delete([*indexes, *(pack_name(pack_id) for pack_id in switch.old_packs)])


def sealed_indexes(index: Index, pack_ids: Collection[bytes], master: MasterKey) -> Iterator[SealedFile]:
    """The index files that name just these packs, each of one lane and at most 50,000 blobs or one pack."""
    for lane, group in _groups(index, pack_ids):
        id_, data = seal_file(master, index.encode(group, lane))
        yield ObjectName(FileKind.INDEX, id_), data


def _groups(index: Index, pack_ids: Collection[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    wanted = sorted(
        (lane, pack_id, blobs) for pack_id, lane, blobs, _ in index.packs() if pack_id in pack_ids
    )
    group: list[bytes] = []
    group_lane, group_blobs = -1, 0
    for lane, pack_id, blobs in wanted:
        if group and (lane != group_lane or group_blobs + blobs > MOST_BLOBS_PER_INDEX):
            yield group_lane, group
            group, group_blobs = [], 0
        group_lane = lane
        group.append(pack_id)
        group_blobs += blobs
    if group:
        yield group_lane, group


def _complete_packs(store: Store, others: tuple[Store, ...], switch: Switch) -> None:
    here = {pack_id.hex(): size for pack_id, size in list_packs(store).items()}
    _bring(store, others, (pack_name(pack_id) for pack_id in switch.packs), here)
    held = list_packs(store)
    wrong = [pack_id.hex() for pack_id, size in switch.packs.items() if held.get(pack_id) != size]
    if wrong:
        raise StoreError(
            say(
                "{count} packs at {place} are absent or not of their size, {pack} for one. This copy was "
                "left as it is; heal it from another, then run this again.",
                count=len(wrong),
                place=store.location,
                pack=wrong[0],
            )
        )


def _publish(store: Store, others: tuple[Store, ...], switch: Switch, snapshots: Iterable[str]) -> None:
    kept = (ObjectName(FileKind.INDEX, id_) for id_ in switch.kept_indexes)
    _bring(store, others, kept, listing(store, FileKind.INDEX))
    for name, data in switch.new_indexes:
        store.put(name, data)
    wanted = (ObjectName(FileKind.SNAPSHOT, id_) for id_ in snapshots)
    _bring(store, others, wanted, listing(store, FileKind.SNAPSHOT))


def _bring(
    store: Store, others: tuple[Store, ...], names: Iterable[ObjectName], here: Mapping[str, int]
) -> None:
    """As bring; what no other copy yields is this copy's failure, not the job's."""
    try:
        bring(store, others, names, here)
    except (DamagedError, NotFoundError) as error:
        raise StoreError(
            say(
                "The copy at {place} lacks an object that no other yields: {error}",
                place=store.location,
                error=str(error),
            )
        ) from error
