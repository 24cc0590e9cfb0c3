"""Checking copies, each by itself: structure always, every byte of the packs when asked.

Nothing is passed over: whatever is not as it must be is a finding with its object, and a fault unless it
costs nothing but room. What may not enter: mending (heal, repair), choosing packs (subset).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.events import Progress
from notou.kernel import Usage
from notou.model import CONFIG_NAME, BlobKind, FileKind, ObjectName
from notou.sentence import say, say_in_turn
from notou.upkeep.findings import CheckResult, CopyCheck, Finding
from notou.upkeep.impact import paths_hit
from notou.upkeep.objects import list_packs, pack_name, read_object
from notou.upkeep.reach import LostTree, mark_reached
from notou.upkeep.read_packs import verify_packs
from notou.upkeep.survey import pack_file_bytes
from notou.vault.config import MOST_CONFIG_BYTES, open_config
from notou.vault.index_files import new_index, of_left_out, open_index_file
from notou.vault.keys import key_info
from notou.vault.repository import Vault
from notou.vault.sealed import open_file
from notou.vault.snapshot import MOST_SNAPSHOT_BYTES, decode_snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from notou.events import Report
    from notou.kernel import Index
    from notou.stores.base import Store
    from notou.upkeep.subset import Subset
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.snapshot import Snapshot

_Parsed = TypeVar("_Parsed")
_KINDS_COMPARED = (FileKind.INDEX, FileKind.SNAPSHOT)


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """``read`` chooses the packs whose every byte is verified, None for none; Subset() is all of them."""

    read: Subset | None = None


def check(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    options: CheckOptions,
    *,
    random: Random,
    report: Report,
) -> CheckResult:
    """Check every copy by itself. Faults are in the result: CheckResult.require_clean raises for them."""
    found = [_CopyChecker(store, config, master, report).run(options, random) for store in copies]
    return CheckResult(tuple(_with_absences(copies, found)))


def _with_absences(copies: Sequence[Store], found: Sequence[CopyCheck]) -> list[CopyCheck]:
    """Add what one copy lacks that another has: the only sign of a deleted snapshot."""
    result = list(found)
    for kind in _KINDS_COMPARED:
        names = [_listed(store, kind) for store in copies]
        for number, store in enumerate(copies):
            absent = sorted(set().union(*names) - names[number])
            more = tuple(_absence(store, ObjectName(kind, id_)) for id_ in absent)
            result[number] = replace(result[number], faults=result[number].faults + more)
    return result


def _absence(store: Store, name: ObjectName) -> Finding:
    return Finding(
        store.location, name, say("{name} is missing here; another copy has it.", name=_shown(name))
    )


def _listed(store: Store, kind: FileKind) -> set[str]:
    try:
        return {id_ for id_, _ in store.list(kind)}
    except StoreError:
        return set()


class _CopyChecker:
    """One copy under check: the findings so far, and its own index."""

    def __init__(self, store: Store, config: Config, master: MasterKey, report: Report) -> None:
        self._store, self._config, self._master, self._report = store, config, master, report
        self._faults: list[Finding] = []
        self._notes: list[Finding] = []
        self._packs_read = self._bytes_read = 0

    def run(self, options: CheckOptions, random: Random) -> CopyCheck:
        snapshots: list[Snapshot] = []
        packs: dict[bytes, int] = {}
        try:
            self._check_config()
            self._check_keys()
            # Snapshots, then indexes, then packs: what a backup adds meanwhile is never half seen.
            snapshots = self._check_snapshots()
            self._check_indexes()
            vault = Vault([self._store], self._master, self._config, [])
            index = vault.load_index()
            packs = list_packs(self._store)
            right = self._check_packs(index, packs)
            self._check_reached(vault, snapshots)
            if options.read is not None:
                self._read(index, {id_: packs[id_] for id_ in options.read.choose(right, random)})
            self._name_costs(vault, snapshots)
        except StoreError as error:
            self._fault(None, say("The place cannot be read: {error}", error=str(error)))
        return CopyCheck(
            self._store.location,
            tuple(self._faults),
            tuple(self._notes),
            len(snapshots),
            len(packs),
            self._packs_read,
            self._bytes_read,
        )

    def _fault(self, name: ObjectName | None, text: str, blobs: tuple[tuple[int, bytes], ...] = ()) -> None:
        self._faults.append(Finding(self._store.location, name, text, blobs))

    def _note(self, name: ObjectName | None, text: str) -> None:
        self._notes.append(Finding(self._store.location, name, text))

    def _check_config(self) -> None:
        try:
            config = open_config(self._master, self._store.get(CONFIG_NAME, most=MOST_CONFIG_BYTES))
        except (DamagedError, NotFoundError) as error:
            self._fault(CONFIG_NAME, say("The config is not readable: {error}", error=str(error)))
            return
        if config != self._config:
            self._fault(CONFIG_NAME, say("The config is that of another vault."))

    def _check_keys(self) -> None:
        ids = [id_ for id_, _ in self._store.list(FileKind.KEY)]
        for id_ in ids:
            self._examine(ObjectName(FileKind.KEY, id_), key_info)
        if not ids:
            self._fault(None, say("There is no key here: without another copy nothing could be opened."))

    def _check_indexes(self) -> None:
        named: set[bytes] = set()
        for id_, _ in self._store.list(FileKind.INDEX):
            name = ObjectName(FileKind.INDEX, id_)
            packs = self._examine(name, partial(self._packs_named, name))
            twice = named & set(packs or ())
            if twice:
                self._note(
                    name,
                    say(
                        "{name} names {count} packs that another index file names too.",
                        name=_shown(name),
                        count=len(twice),
                    ),
                )
            named.update(packs or ())

    def _packs_named(self, name: ObjectName, data: bytes) -> list[bytes]:
        packs, left_out = new_index().load(open_index_file(self._master, name.id, data))
        if left_out:
            self._fault(
                name, say("{name} is wrong: {left_out}", name=_shown(name), left_out=of_left_out(left_out))
            )
        return packs

    def _decode_snapshot(self, id_: str, data: bytes) -> Snapshot:
        return decode_snapshot(open_file(self._master, id_, data, MOST_SNAPSHOT_BYTES), id_)

    def _check_snapshots(self) -> list[Snapshot]:
        names = [ObjectName(FileKind.SNAPSHOT, id_) for id_, _ in self._store.list(FileKind.SNAPSHOT)]
        opened = [self._examine(name, partial(self._decode_snapshot, name.id)) for name in names]
        return [snapshot for snapshot in opened if snapshot is not None]

    def _examine(self, name: ObjectName, parse: Callable[[bytes], _Parsed]) -> _Parsed | None:
        """What a small object says; a fault and None when it is not readable."""
        try:
            return parse(read_object(self._store, name))
        except (DamagedError, NotFoundError) as error:
            self._fault(name, say("{name} is not readable: {error}", name=_shown(name), error=str(error)))
            return None

    def _check_packs(self, index: Index, packs: Mapping[bytes, int]) -> dict[bytes, int]:
        """The packs that are there, indexed and of the right size."""
        right: dict[bytes, int] = {}
        for pack_id, _, _, _ in index.packs():
            entries = index.entries(pack_id)
            wanted, size = pack_file_bytes(entries), packs.get(pack_id)
            if size == wanted:
                right[pack_id] = size
                continue
            name = pack_name(pack_id)
            lost = tuple((entry.kind, entry.id) for entry in entries)
            self._fault(name, _lost_pack(name, size, wanted, len(lost)), lost)
        indexed = {pack_id for pack_id, _, _, _ in index.packs()}
        for pack_id in packs.keys() - indexed:
            name = pack_name(pack_id)
            self._note(
                name,
                say("{name} is in no index; repair index takes it in, prune removes it.", name=_shown(name)),
            )
        return right

    def _check_reached(self, vault: Vault, snapshots: Sequence[Snapshot]) -> None:
        for lost in mark_reached(vault, Usage(vault.index), snapshots):
            owner = ObjectName(FileKind.SNAPSHOT, lost.snapshot.id)
            if isinstance(lost, LostTree):
                text = say(
                    "{owner} lacks the directory {tree_id}: {reason}",
                    owner=_shown(owner),
                    tree_id=lost.tree_id.hex()[:16],
                    reason=lost.reason,
                )
                self._fault(None, text, ((BlobKind.TREE, lost.tree_id),))
            else:
                blobs = tuple((int(BlobKind.DATA), blob_id) for blob_id in lost.blob_ids)
                self._fault(
                    None,
                    say("{owner} is not whole: {reason}", owner=_shown(owner), reason=lost.reason),
                    blobs,
                )

    def _read(self, index: Index, packs: Mapping[bytes, int]) -> None:
        bytes_total = sum(packs.values())
        key = self._master.bytes64
        for verdict in verify_packs(self._store, key, index, sorted(packs.items())):
            self._packs_read += 1
            self._bytes_read += verdict.bytes_read
            name = pack_name(verdict.pack_id)
            if verdict.faults:
                lost = tuple((entry.kind, entry.id) for entry in verdict.lost)
                self._fault(
                    name,
                    say(
                        "{name} is damaged: {faults}",
                        name=_shown(name),
                        faults=say_in_turn(verdict.faults[:5]),
                    ),
                    lost,
                )
            shown = verdict.pack_id.hex().encode()
            self._report(Progress(self._packs_read, self._bytes_read, len(packs), bytes_total, shown))

    def _name_costs(self, vault: Vault, snapshots: Sequence[Snapshot]) -> None:
        lost = {handle for fault in self._faults for handle in fault.blobs}
        if not lost:
            return
        hit = paths_hit(vault, snapshots, lost)
        self._faults = [
            replace(
                fault, costs=tuple(dict.fromkeys(path for blob in fault.blobs for path in hit.get(blob, ())))
            )
            for fault in self._faults
        ]


def _shown(name: ObjectName) -> str:
    match name.kind:
        case FileKind.PACK:
            return say("The pack {id}", id=name.id[:16])
        case FileKind.INDEX:
            return say("The index file {id}", id=name.id[:16])
        case FileKind.SNAPSHOT:
            return say("The snapshot {id}", id=name.id[:16])
        case FileKind.KEY:
            return say("The key {id}", id=name.id[:16])
        case _:
            raise ValueError(name.kind)


def _lost_pack(name: ObjectName, size: int | None, wanted: int, blobs: int) -> str:
    if size is None:
        return say("{name} is missing; {blobs} blobs are in it.", name=_shown(name), blobs=blobs)
    return say(
        "{name} has {size} bytes instead of {wanted}; {blobs} blobs are in it.",
        name=_shown(name),
        size=size,
        wanted=wanted,
        blobs=blobs,
    )
