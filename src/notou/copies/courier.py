"""Carries objects to one copy, in its own thread, until that copy fails.

What may not enter: choosing what to carry, other copies' failures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from notou.errors import NotouError, StoreError
from notou.events import CopyFailed, Report
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.words.system import system_reason

if TYPE_CHECKING:
    from notou.stores.base import Store

SealedFile = tuple[ObjectName, bytes]
"""A sealed index or snapshot and the name it is stored under."""


class Courier:
    """One copy and what was done for it; work is queued and done one after another in the copy's own thread.

    ``failure`` is a sentence once the copy has failed, and all later work is passed over. ``packs`` are id →
    size of those the copy was seen to hold or took: publishing looks whether they still are there.
    """

    def __init__(self, store: Store, report: Report) -> None:
        self.store = store
        self.failure = ""
        self.objects_sent = 0
        self.bytes_sent = 0
        self.packs: dict[str, int] = {}
        self._report = report
        self._queued: list[Future[None]] = []
        self._thread = ThreadPoolExecutor(1, "notou-copy")

    @property
    def alive(self) -> bool:
        """Whether the copy still takes part in this run."""
        return not self.failure

    def submit(self, work: Callable[[], None]) -> None:
        """Queue work; an error of Notou or of the system in it is the copy's failure, no one else's."""
        self._queued.append(self._thread.submit(self._guarded, work))

    def finish(self) -> None:
        """Wait until all that is queued is done; whatever is a mistake in Notou itself is raised here."""
        for future in self._queued:
            future.result()
        self._queued.clear()

    def close(self, *, give_up: bool) -> None:
        """Wait for what is being done, and for what is queued unless it is to be given up."""
        self._thread.shutdown(wait=True, cancel_futures=give_up)

    def fail(self, sentence: str) -> None:
        """Leave the copy out from now on, and tell so once."""
        if self.alive:
            self.failure = sentence
            self._report(CopyFailed(self.store.location, sentence))

    def take_file(self, pack_id: bytes, path: bytes, size: int) -> None:
        """Store a pack that lies in the outbox."""
        name = ObjectName(FileKind.PACK, pack_id.hex())
        self.store.adopt(name, path)
        self._count(name, size)

    def take(self, name: ObjectName, data: bytes) -> None:
        """Store bytes."""
        self.store.put(name, data)
        self._count(name, len(data))

    def mend(self, name: ObjectName, data: bytes) -> None:
        """Put good bytes over an object of another size."""
        self.store.replace(name, data)
        self._count(name, len(data))

    def confirm_packs(self, expected: Mapping[str, int]) -> None:
        """List again and compare names and sizes. StoreError when a pack went missing or changed."""
        listed = dict(self.store.list(FileKind.PACK))
        lost = [pack_id for pack_id, size in expected.items() if listed.get(pack_id) != size]
        if lost:
            raise StoreError(
                say(
                    "{count} packs at {place} (first {first}) are missing or were changed while the backup "
                    "ran; run the backup again.",
                    count=len(lost),
                    place=self.store.location,
                    first=lost[0][:16],
                )
            )

    def publish(self, indexes: Sequence[SealedFile], snapshots: Sequence[SealedFile]) -> None:
        """Confirm packs, store indexes, then snapshots: what a snapshot needs is there before it."""
        self.confirm_packs(dict(self.packs))
        for name, data in (*indexes, *snapshots):
            self.take(name, data)

    def _guarded(self, work: Callable[[], None]) -> None:
        if not self.alive:
            return
        try:
            work()
        except NotouError as error:
            self.fail(str(error))
        except OSError as error:
            reason = system_reason(error)
            self.fail(say("{place} failed: {reason}.", place=self.store.location, reason=reason))

    def _count(self, name: ObjectName, size: int) -> None:
        self.objects_sent += 1
        self.bytes_sent += size
        if name.kind is FileKind.PACK:
            self.packs[name.id] = size
