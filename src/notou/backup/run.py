"""One backup from beginning to end.

What may not enter: anything a module beside this one does; opening vaults and places (jobs).
"""

from __future__ import annotations

import os

from notou import __version__
from notou.backup.forecast import Forecast
from notou.backup.intake import Intake
from notou.backup.options import BackupOptions, BackupResult, Destination
from notou.backup.parents import Parents, adopt_stray_packs, find_parents, trees_to_compare
from notou.backup.publishing import Publisher
from notou.backup.session import new_writer, session
from notou.backup.sorting import sort_entries
from notou.backup.tally import Tally
from notou.backup.trees import EMPTY_TREE_ID, TreeBuilder
from notou.backup.walk import Frame, Walk
from notou.events import Progress, Report
from notou.model import Lane
from notou.sources.selection import Selection
from notou.vault.snapshot import Snapshot, lane_tags


def back_up(
    destination: Destination, selection: Selection, options: BackupOptions, report: Report
) -> BackupResult:
    """Back up what is selected to every copy, one snapshot a lane.

    Copies are caught up first. Items that cannot be read are told to ``report`` as ItemFailed, counted,
    and are not in the snapshots, even where the parent has them, as restic does it. A copy that fails is
    told as CopyFailed and stands in the result. Raises LockedError, StoreFullError when the outbox has no
    room, StoreUnavailableError when no copy can be written; what was sealed until then the next run
    finds in the outbox.
    """
    with session(destination):
        run = _Run(destination, selection, options, report)
        try:
            return run.carry_out()
        finally:
            run.end()


class _Run:
    """The parts of one backup, wired."""

    def __init__(
        self, destination: Destination, selection: Selection, options: BackupOptions, report: Report
    ) -> None:
        vault = destination.vault
        self._to = destination
        self._selection = selection
        self._options = options
        self._report = report
        self._now = destination.holder.now_ns
        self._start_ns = self._published_ns = self._now()
        self._paths = tuple(os.fsdecode(path) for path in selection.roots.paths)
        self._parents = self._find_parents()
        self._partials: list[Snapshot] = []
        self._told: dict[Lane, int] = {}  # data blobs a lane had at its last partial snapshot
        index = vault.load_index(destination.replicator.held())
        adopt_stray_packs(vault, index, self._parents)
        self._publisher = Publisher(destination, index)
        self._publisher.take_over()
        self._writer = new_writer(destination, index, options.pack_bytes)
        self._tally = Tally(self._writer.stored)
        self._trees = TreeBuilder(self._writer, self._tally, report)
        self._intake = Intake(self._writer, self._trees, self._tally, report, self._news)
        compared = trees_to_compare(self._parents, options)
        self._walk = Walk(selection, compared, vault, index, report)
        ahead = Walk(selection, compared, vault, index, lambda _: None)
        self._forecast = Forecast(ahead, options.forecast_after_s)

    def carry_out(self) -> BackupResult:
        top = self._scan()
        trees = self._trees_of(top)
        wanted = [self._snapshot(lane, tree, partial=False) for lane, tree in sorted(trees.items())]
        snapshots = self._publisher.publish(self._writer, wanted)
        earlier = [one for parents in self._parents.values() for one in parents.partials]
        self._publisher.forget([*earlier, *self._partials])
        return BackupResult(
            snapshots=tuple(snapshots),
            counts=self._tally.lanes(),
            faults=self._tally.faults + self._walk.faults,
            copies=tuple(self._to.replicator.outcomes()),
        )

    def end(self) -> None:
        """Stop what still runs, so that nothing lands behind the next run's back; it finds what landed."""
        self._forecast.stop()
        self._writer.close()
        self._publisher.claim_finished(self._writer)

    def _find_parents(self) -> dict[Lane, Parents]:
        return find_parents(self._to.vault.snapshots(), self._to.hostname, self._paths)

    def _scan(self) -> Frame:
        """Walk, sort, store; the top directory, with the trees of everything below it."""
        frame = None
        for frame, leaving in self._walk:
            if leaving:
                self._intake.left(frame)
            else:
                work = sort_entries(frame, self._options.only_lane)
                self._tally.entered(frame, work)
                for _ in self._intake.add(frame, work):
                    self._drain()
            if self._intake.full:
                self._drain()
        assert frame is not None
        self._intake.settle()
        self._news()
        return frame

    def _drain(self) -> None:
        self._intake.drain()
        self._news()
        if self._walk.stack and self._is_partial_due():
            self._publish_partial()

    def _news(self) -> None:
        """Send what is finished, and tell how far the work is."""
        self._publisher.offer_finished(self._writer)
        files, bytes_read = self._writer.progress()
        files += self._tally.files - self._intake.files_taken
        current = self._walk.stack[-1].directory.path if self._walk.stack else b""
        self._report(Progress(files, bytes_read, *self._forecast.totals(), current=current))

    def _is_partial_due(self) -> bool:
        if max(self._publisher.new_bytes().values(), default=0) >= self._options.partial_every_bytes:
            return True
        late = self._now() - self._published_ns >= self._options.partial_every_ns
        return late and bool(self._lanes_with_news())

    def _lanes_with_news(self) -> set[Lane]:
        """Lanes that have data which no snapshot of theirs published so far refers to."""
        counts = self._tally.lanes().items()
        return {lane for lane, count in counts if count.data_blobs > self._told.get(lane, 0)}

    def _publish_partial(self) -> None:
        """Publish what is whole so far, for the lanes that have something new.

        A lane's partial snapshot replaces its last one of this run.
        """
        self._intake.settle()
        self._news()
        news = self._lanes_with_news()
        trees = self._trees.tops(self._walk.stack)
        wanted = [
            self._snapshot(lane, tree, partial=True) for lane, tree in sorted(trees.items()) if lane in news
        ]
        published = self._publisher.publish(self._writer, wanted)
        replaced = [one for one in self._partials if any(one.lane is new.lane for new in published)]
        self._publisher.forget(replaced)
        self._partials = [one for one in self._partials if one not in replaced] + published
        self._told = {lane: count.data_blobs for lane, count in self._tally.lanes().items()}
        self._published_ns = self._now()

    def _trees_of(self, top: Frame) -> dict[Lane, bytes]:
        """The tree of every lane that gets a snapshot.

        A lane that had items and has none any more gets an empty one: else ``latest`` would bring back
        what is gone from the lane's last snapshot.
        """
        trees = dict(self._trees.tops([top]))
        for lane, parents in self._parents.items():
            if lane not in trees and parents.whole is not None:
                trees[lane] = self._trees.empty(lane)
        return {lane: tree for lane, tree in trees.items() if not self._is_needless(lane, tree)}

    def _is_needless(self, lane: Lane, tree: bytes) -> bool:
        parents = self._parents.get(lane)
        whole = parents.whole if parents is not None else None
        if whole is None or whole.tree != tree:
            return False
        return self._options.skip_if_unchanged or tree == EMPTY_TREE_ID

    def _snapshot(self, lane: Lane, tree: bytes, *, partial: bool) -> Snapshot:
        holder, parents = self._to.holder, self._parents.get(lane)
        return Snapshot(
            time_ns=self._now() if partial else self._start_ns,
            tree=tree,
            paths=self._paths,
            hostname=self._to.hostname,
            username=holder.username,
            uid=holder.uid,
            gid=holder.gid,
            excludes=self._selection.rules.patterns,
            tags=(*lane_tags(lane, partial=partial), *self._options.tags),
            parent=bytes.fromhex(parents.chain[-1].id) if parents and parents.chain else None,
            program_version=f"notou {__version__}",
            summary=self._tally.summary(lane, self._start_ns, self._now()),
        )
