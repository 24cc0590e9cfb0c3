"""From finished packs to published snapshots: offer packs, write index files, make snapshots.

Order: packs, index files, snapshots, at each copy; the Replicator keeps it. Partial snapshots of a
lane are forgotten at a copy only when the whole one is there.

What may not enter: what is in the trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from notou import kernel
from notou.backup.options import Destination
from notou.copies.replicate import CopyOutcome, SealedFile
from notou.errors import DamagedError, NotFoundError, StoreError, StoreUnavailableError
from notou.kernel import Index, Writer
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.vault.locking import hold_lock
from notou.vault.sealed import seal_file
from notou.vault.snapshot import Snapshot, encode_snapshot

_MOST_BLOBS_AN_INDEX = 50_000
_MOST_HEADER_BYTES = 16 * 1024 * 1024


@contextmanager
def shared_locks(destination: Destination) -> Iterator[None]:
    """Hold a shared lock at every copy, so that no prune runs beside the backup.

    A blob that the backup finds in the vault and does not store again must still be there when the
    snapshot is. A copy where none can be put is left out of the run. Raises LockedError when another holds a
    copy exclusively.
    """
    with ExitStack() as held:
        for copy in destination.copies:
            try:
                held.enter_context(
                    hold_lock(copy, destination.vault.master, destination.holder, exclusive=False)
                )
            except StoreError as error:
                destination.replicator.leave_out(copy, str(error))
        yield


class Publisher:
    """Knows which packs no index names yet."""

    def __init__(self, destination: Destination, index: Index) -> None:
        self._to = destination
        self._index = index
        self._unnamed: dict[int, list[bytes]] = {}
        self._new_bytes: dict[int, int] = {}

    def take_over(self) -> None:
        """Take the packs that an earlier run left in the outbox into the index and send them.

        What was sealed is not read, cut and sealed again. Those that an index names already can go.
        """
        self._to.outbox.sweep()
        known = {pack_id for pack_id, _, _, _ in self._index.packs()}
        for pack in self._to.outbox.packs():
            if pack.id in known:
                self._to.outbox.drop(pack.id)
                continue
            try:
                tail = _read_tail(self._to.outbox.path_of(pack.id), pack.size)
                entries = kernel.read_header(self._to.vault.master.bytes64, tail, pack.size)
            except DamagedError:
                self._to.outbox.drop(pack.id)
                continue
            self._index.add_pack(pack.id, pack.lane, entries)
            self._offer(pack.id, pack.lane, pack.size)

    def offer_finished(self, writer: Writer) -> None:
        """Begin to send the packs that the writer has finished."""
        for pack_id, lane, size in writer.finished():
            self._offer(pack_id, lane, size)

    def claim_finished(self, writer: Writer) -> None:
        """Keep the packs that the writer has finished for the next run to take over."""
        for pack_id, lane, _ in writer.finished():
            with suppress(OSError, NotFoundError):  # then the next run seals its content again
                self._to.outbox.claim(pack_id, lane)

    def new_bytes(self) -> Mapping[int, int]:
        """Sealed bytes of each lane that no index names yet."""
        return self._new_bytes

    def publish(self, writer: Writer, snapshots: Sequence[Snapshot]) -> list[Snapshot]:
        """Bring everything stored so far to the copies, then the snapshots; returns them with their ids.

        Raises StoreUnavailableError when no copy took it.
        """
        writer.flush()
        self.offer_finished(writer)
        sealed = [self._seal_snapshot(snapshot) for snapshot in snapshots]
        outcomes = self._to.replicator.publish(
            list(self._index_files()), [(name, data) for name, data, _ in sealed]
        )
        require_a_copy(outcomes)
        self._unnamed.clear()
        self._new_bytes.clear()
        return [snapshot for _, _, snapshot in sealed]

    def forget(self, snapshots: Sequence[Snapshot]) -> None:
        """Remove partial snapshots at the copies that are complete."""
        complete = {outcome.location for outcome in self._to.replicator.outcomes() if outcome.complete}
        for copy in self._to.copies:
            if copy.location in complete:
                with suppress(StoreError):  # they are needless, not wrong; the next run tries again
                    for snapshot in snapshots:
                        copy.delete(ObjectName(FileKind.SNAPSHOT, snapshot.id))

    def _offer(self, pack_id: bytes, lane: int, size: int) -> None:
        self._unnamed.setdefault(lane, []).append(pack_id)
        self._new_bytes[lane] = self._new_bytes.get(lane, 0) + size
        self._to.replicator.offer(pack_id, lane, size)

    def _seal_snapshot(self, snapshot: Snapshot) -> tuple[ObjectName, bytes, Snapshot]:
        snapshot_id, data = seal_file(self._to.vault.master, encode_snapshot(snapshot))
        return ObjectName(FileKind.SNAPSHOT, snapshot_id), data, replace(snapshot, id=snapshot_id)

    def _index_files(self) -> Iterator[SealedFile]:
        blobs = {pack_id: count for pack_id, _, count, _ in self._index.packs()}
        for lane, pack_ids in sorted(self._unnamed.items()):
            for portion in _portions(pack_ids, blobs):
                index_id, data = seal_file(self._to.vault.master, self._index.encode(portion, lane))
                yield ObjectName(FileKind.INDEX, index_id), data


def require_a_copy(outcomes: Sequence[CopyOutcome]) -> None:
    """Raise StoreUnavailableError when every copy has failed: going on would fill the outbox for nothing.

    Why each failed was reported when it did.
    """
    if outcomes and not any(outcome.complete for outcome in outcomes):
        raise StoreUnavailableError(say("No copy can be written, so nothing more is backed up."))


def _read_tail(path: bytes, size: int) -> bytes:
    """The end of a pack with all of its header, whose sealed length stands in the last four bytes."""
    with open(path, "rb") as file:
        file.seek(max(0, size - 4))
        header_bytes = int.from_bytes(file.read(), "little")
        file.seek(max(0, size - 4 - min(header_bytes, _MOST_HEADER_BYTES)))
        return file.read()


def _portions(pack_ids: Sequence[bytes], blobs: Mapping[bytes, int]) -> Iterator[list[bytes]]:
    """Packs in portions of at most 50,000 blobs, as restic bounds an index file."""
    portion: list[bytes] = []
    count = 0
    for pack_id in pack_ids:
        if portion and count + blobs[pack_id] > _MOST_BLOBS_AN_INDEX:
            yield portion
            portion, count = [], 0
        portion.append(pack_id)
        count += blobs[pack_id]
    if portion:
        yield portion
