"""Healing: what is damaged or missing at one copy is replaced by the same bytes from another.

Nothing is read that is not verified by its name, and nothing good is touched. Packs come before the index
files that name them, index files before snapshots, so that a copy healed half way is no worse than before.
What may not enter: making new objects (repair), finding damage inside packs (check hands its findings in).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.events import Note
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.sentence import say
from notou.upkeep.living import locked
from notou.upkeep.objects import list_packs, listing, pack_name, read_from_any, read_object
from notou.upkeep.survey import pack_file_bytes, union_of_names
from notou.vault.config import MOST_CONFIG_BYTES, open_config
from notou.vault.repository import Vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from notou.events import Report
    from notou.stores.base import Store
    from notou.upkeep.findings import Finding
    from notou.vault.config import Config
    from notou.vault.keys import MasterKey
    from notou.vault.locking import Holder


@dataclass(frozen=True, slots=True)
class HealResult:
    """(location, object) of what was put right, with a sentence of what could not be; copies that failed."""

    healed: tuple[tuple[str, ObjectName], ...]
    unhealed: tuple[tuple[str, ObjectName, str], ...]
    failures: Mapping[str, str]

    def require_whole(self) -> None:
        """DamagedError when something could not be healed."""
        for location, name, reason in self.unhealed:
            raise DamagedError(
                say(
                    "{count} objects could not be healed, {kind}/{id} at {place} for one: {reason}",
                    count=len(self.unhealed),
                    kind=name.kind,
                    id=name.id,
                    place=location,
                    reason=reason,
                )
            )


def heal(
    copies: Sequence[Store],
    config: Config,
    master: MasterKey,
    findings: Sequence[Finding],
    *,
    holder: Holder,
    report: Report,
) -> HealResult:
    """Bring every copy to what all hold together, and replace what ``findings`` of a check name as damaged.

    Config, keys, index files and snapshots are read and verified here anyway; of packs only presence and size
    are, so damage inside them must be in ``findings`` (check with read data). Raises LockedError.
    """
    with locked(copies, master, holder, report, exclusive=False) as living:
        healer = _Healer(tuple(living.stores), config, master, report)
        suspects = {(finding.location, finding.name) for finding in findings}
        living.each(
            lambda store: healer.heal(store, {name for at, name in suspects if at == store.location and name})
        )
        return HealResult(tuple(healer.healed), tuple(healer.unhealed), living.failures)


class _Healer:
    def __init__(self, stores: tuple[Store, ...], config: Config, master: MasterKey, report: Report) -> None:
        self._stores, self._config, self._master, self._report = stores, config, master, report
        self.healed: list[tuple[str, ObjectName]] = []
        self.unhealed: list[tuple[str, ObjectName, str]] = []
        index = Vault(stores, master, config, []).load_index()
        self._packs = {id_: pack_file_bytes(index.entries(id_)) for id_, _, _, _ in index.packs()}

    def heal(self, store: Store, suspects: set[ObjectName]) -> None:
        """Put one copy right, in the order that is safe."""
        self._heal_config(store)
        for name in self._wrong_keys(store):
            self._restore(store, name)
        missed = [name for name in self._wrong_packs(store, suspects) if not self._restore(store, name)]
        whole = not missed
        for kind in (FileKind.INDEX, FileKind.SNAPSHOT):
            here = listing(store, kind)
            for name in self._wrong_files(store, kind):
                # A file that was never here must not name what could not be brought.
                if whole or name.id in here:
                    whole = self._restore(store, name) and whole

    def _heal_config(self, store: Store) -> None:
        try:
            if self._config_of(store):
                return
        except (DamagedError, NotFoundError):
            pass
        for other in self._stores:
            try:
                if data := self._config_of(other):
                    store.replace(CONFIG_NAME, data)
                    self._tell(store, CONFIG_NAME)
                    return
            except (DamagedError, NotFoundError, StoreError):
                continue
        self.unhealed.append((store.location, CONFIG_NAME, say("No other copy has a config that opens.")))

    def _config_of(self, store: Store) -> bytes | None:
        """The stored bytes of this vault's config; None when it is another vault's."""
        data = store.get(CONFIG_NAME, most=MOST_CONFIG_BYTES)
        return data if open_config(self._master, data) == self._config else None

    def _wrong_keys(self, store: Store) -> Iterator[ObjectName]:
        """Damaged keys; all that are missing only where no good one is: a key removed must stay removed."""
        good = 0
        for id_ in listing(store, FileKind.KEY):
            if _reads_well(store, ObjectName(FileKind.KEY, id_)):
                good += 1
            else:
                yield ObjectName(FileKind.KEY, id_)
        here = listing(store, FileKind.KEY)
        if not good:
            absent = (id_ for id_ in union_of_names(self._stores, FileKind.KEY) if id_ not in here)
            yield from (ObjectName(FileKind.KEY, id_) for id_ in absent)

    def _wrong_packs(self, store: Store, suspects: set[ObjectName]) -> list[ObjectName]:
        here = list_packs(store)
        wrong = {pack_name(id_) for id_, size in self._packs.items() if here.get(id_) != size}
        indexed = {pack_name(id_) for id_ in self._packs}
        return sorted(wrong | {name for name in suspects & indexed if not _reads_well(store, name)})

    def _wrong_files(self, store: Store, kind: FileKind) -> Iterator[ObjectName]:
        for id_ in union_of_names(self._stores, kind):
            if not _reads_well(store, ObjectName(kind, id_)):
                yield ObjectName(kind, id_)

    def _restore(self, store: Store, name: ObjectName) -> bool:
        """Fetch good bytes elsewhere and put them here; whether that was possible."""
        try:
            data = read_from_any((other for other in self._stores if other is not store), name)
        except (DamagedError, NotFoundError, StoreError) as error:
            self.unhealed.append((store.location, name, str(error)))
            return False
        store.replace(name, data)
        self._tell(store, name)
        return True

    def _tell(self, store: Store, name: ObjectName) -> None:
        self.healed.append((store.location, name))
        self._report(
            Note(
                say(
                    "{kind}/{id} at {place} was put right from another copy.",
                    kind=name.kind,
                    id=name.id,
                    place=store.location,
                )
            )
        )


def _reads_well(store: Store, name: ObjectName) -> bool:
    try:
        read_object(store, name)
    except (DamagedError, NotFoundError):
        return False
    return True
