"""Brings finished packs, then indexes, then snapshots to every copy; one thread a copy.

What may not enter: the vault's format (index files and snapshots arrive sealed), reading files of
the source, deciding what to back up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache, partial
from types import TracebackType
from typing import Self

from notou.copies.courier import Courier, SealedFile
from notou.copies.holdings import Holdings, list_holdings
from notou.copies.outbox import Outbox
from notou.copies.plan import Step, plan_for
from notou.errors import DamagedError, NotFoundError, NotouError, StoreError
from notou.events import Report
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.sentence import say
from notou.stores.base import Store

__all__ = ["CopyOutcome", "Replicator", "SealedFile", "seed"]


@dataclass(frozen=True, slots=True)
class CopyOutcome:
    """How one copy fared so far: ``failure`` is a sentence, "" while all went well."""

    location: str
    objects_sent: int
    bytes_sent: int
    failure: str = ""

    @property
    def complete(self) -> bool:
        """Whether this copy holds everything it was offered."""
        return not self.failure


class Replicator:
    """Sends to all copies at once; a copy that fails is left out for the rest of the run, the others go on.

    Use as a context manager; leaving it waits for what is being sent, or on an exception gives the rest up.
    Its methods are called from one thread.
    """

    def __init__(
        self,
        copies: Sequence[Store],
        outbox: Outbox,
        report: Report,
        named_packs: Callable[[], Collection[bytes] | None],
    ) -> None:
        """``report`` is told CopyFailed once for each copy that drops out, from that copy's thread.

        ``named_packs``: 32-byte ids of the packs that indexes name, None where that is not known; asked only
        when a pack is beyond having.
        """
        self._couriers = [Courier(copy, report) for copy in copies]
        self._outbox = outbox
        self._named_packs = cache(named_packs)
        self._offered: dict[bytes, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for courier in self._couriers:
            courier.close(give_up=kind is not None)

    def catch_up(self) -> list[CopyOutcome]:
        """Bring each copy to the union of what all hold: packs, indexes, snapshots. Call it first in a run.

        An object whose size differs between copies is replaced by the bytes its name stands for. A copy gets
        no index and no snapshot after a pack could not be brought to it, and fails; but a pack that nothing
        names, such as a killed repair leaves, is passed over. An index that no copy has right keeps the
        snapshots back. What was forgotten at one copy while another was away comes back (see plan).
        """
        found = self._list_all()
        for number, courier in enumerate(self._couriers):
            courier.submit(partial(self._level, courier, plan_for(number, found)))
        self.wait()
        return self.outcomes()

    def leave_out(self, copy: Store, reason: str) -> None:
        """Count one of the copies as failed from now on, and tell so."""
        for courier in self._couriers:
            if courier.store is copy:
                courier.fail(reason)

    def held(self) -> dict[bytes, int]:
        """Pack id → size of every pack that a living copy holds or the outbox keeps; known after catch_up."""
        sizes = {pack.id: pack.size for pack in self._outbox.packs()}
        for courier in self._living():
            for pack_id, size in courier.packs.items():
                key = bytes.fromhex(pack_id)
                sizes[key] = max(size, sizes.get(key, 0))
        return sizes

    def reads_packs(self) -> bool:
        """Whether sending a pack reads it: not when it is only linked, at the one copy there is."""
        living = self._living()
        return len(living) != 1 or not living[0].store.links_from(self._outbox.path)

    def offer(self, pack_id: bytes, lane: int, size: int) -> None:
        """Claim a pack the Writer finished and begin to send it; again is fine.

        Returns at once; a copy's failure shows in outcomes(). NotFoundError when the outbox lacks the pack.
        """
        self._outbox.claim(pack_id, lane)
        path = self._outbox.path_of(pack_id)
        self._offered[pack_id] = size
        for courier in self._couriers:
            courier.submit(partial(courier.take_file, pack_id, path, size))

    def wait(self) -> None:
        """Return when every pack offered was sent, or its copy failed."""
        self._on_each(lambda courier: None)

    def publish(self, indexes: Sequence[SealedFile], snapshots: Sequence[SealedFile]) -> list[CopyOutcome]:
        """At each copy: send the offered packs, list again and compare, then the indexes, the snapshots.

        ``indexes`` must name every pack offered since the last publish; those leave the outbox when one copy
        at least took it all. Callable many times in a run. Raises nothing for a failing copy: see outcomes.
        """
        self._on_each(lambda courier: courier.publish(indexes, snapshots))
        if self._living():
            for pack_id in self._offered:
                self._outbox.drop(pack_id)
            self._offered.clear()
        return self.outcomes()

    def outcomes(self) -> list[CopyOutcome]:
        """How each copy fared so far, in the order the copies were given."""
        return [
            CopyOutcome(courier.store.location, courier.objects_sent, courier.bytes_sent, courier.failure)
            for courier in self._couriers
        ]

    def _living(self) -> list[Courier]:
        return [courier for courier in self._couriers if courier.alive]

    def _on_each(self, work: Callable[[Courier], None]) -> None:
        for courier in self._couriers:
            courier.submit(partial(work, courier))
        for courier in self._couriers:
            courier.finish()

    def _list_all(self) -> list[Holdings | None]:
        found: list[Holdings | None] = [None] * len(self._couriers)

        def look(courier: Courier) -> None:
            listed = list_holdings(courier.store)
            courier.packs = dict(listed.of(FileKind.PACK))
            found[self._couriers.index(courier)] = listed

        self._on_each(look)
        return found

    def _level(self, courier: Courier, steps: Sequence[Step]) -> None:
        """Carry out one copy's plan. StoreError when a pack it lacks is nowhere to be had."""
        lost: dict[FileKind, NotouError] = {}
        for step in steps:
            if lost.keys() - {step.name.kind}:
                break  # what comes after refers to what could not be brought
            try:
                self._bring(courier, step)
            except (DamagedError, NotFoundError) as error:
                if step.own_size is None and not self._is_stray(step.name):
                    lost[step.name.kind] = error  # else the copy is no worse than it was, and check tells
        if FileKind.PACK in lost:
            raise StoreError(
                say(
                    "{place} was not brought up to date. {reason}",
                    place=courier.store.location,
                    reason=str(lost[FileKind.PACK]),
                )
            )

    def _is_stray(self, name: ObjectName) -> bool:
        """Whether nothing refers to the object, so that no copy needs it."""
        if name.kind is not FileKind.PACK:
            return False
        named = self._named_packs()
        return named is not None and bytes.fromhex(name.id) not in named

    def _bring(self, courier: Courier, step: Step) -> None:
        data = self._read_right(step)
        if step.own_size is None:
            courier.take(step.name, data)
        elif step.own_size != len(data):
            courier.mend(step.name, data)

    def _read_right(self, step: Step) -> bytes:
        """The object's bytes from a copy where they are what its name stands for."""
        away = ""
        for number in step.sources:
            try:
                data = self._couriers[number].store.get(step.name, most=step.most)
            except (DamagedError, NotFoundError):
                continue
            except StoreError as error:
                away = str(error)
                continue
            if hashlib.sha256(data).hexdigest() == step.name.id:
                return data
        name = f"{step.name.kind.value}/{step.name.id[:16]}"
        if away:
            raise NotFoundError(say("{object} cannot be had now. {away}", object=name, away=away))
        raise DamagedError(say("No copy holds {object} undamaged; repair the vault.", object=name))


def seed(source: Store, target: Store) -> None:
    """Make the empty place ``target`` a copy of the vault at ``source``: layout, keys, then the config.

    catch_up brings the rest. The config comes last, so that a place half made is no vault.
    """
    target.create()
    for key_id, size in source.list(FileKind.KEY):
        name = ObjectName(FileKind.KEY, key_id)
        target.put(name, source.get(name, most=size))
    target.put(CONFIG_NAME, source.get(CONFIG_NAME))
