"""Carries out one portion after another against the target, in the order that makes it come out right.

Folders, then contents, then nodes and hard links, then metadata of all these, at last metadata of the
folders that are complete. What may not enter: walking trees, fetching.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from notou import kernel
from notou.restore.contents import ContentWriter
from notou.restore.options import Overwrite
from notou.restore.portion import FinishItem, Portion, Twin
from notou.restore.standing import Standing, judge
from notou.restore.tally import Tally
from notou.restore.twins import Twins

_ENTERABLE = 0o300


class Carrier:
    """Takes portions in the order they were collected, one at a time."""

    def __init__(
        self, target: kernel.Target, writer: ContentWriter, overwrite: Overwrite, tally: Tally, *, empty: bool
    ) -> None:
        """``empty``: nothing was in the target before, so that nothing need be looked for there."""
        self._target = target
        self._writer = writer
        self._overwrite = overwrite
        self._tally = tally
        self._empty = empty
        self._twins = Twins()
        self._closed: list[FinishItem] = []

    def carry(self, portion: Portion) -> None:
        """Bring one portion into the target; faults of items go to the tally."""
        self._tally.fail_all(portion.faults)
        self._make_folders(portion.folders)
        self._place_files(portion)
        self._place_specials(portion)
        self._leave(portion.left)
        self._tally.progress()

    def close(self) -> None:
        """Set the metadata that had to wait for everything else, and flush."""
        self._finish(self._closed)
        self._target.sync()

    def _make_folders(self, folders: list[bytes]) -> None:
        paths = [path for path in folders if path]
        failed = self._tally.fail_all(self._target.make_directories(paths))
        self._tally.result.folders += len(paths) - len(failed)

    def _place_files(self, portion: Portion) -> None:
        standing = self._judge(portion.files)
        chosen, links = self._split(portion.files, portion.twins, standing)
        files = [portion.files[number] for number in chosen]
        whole = self._writer.write(files, [portion.contents[number] for number in chosen])
        if portion.twins and len(whole) < len(files):
            self._forget_failed(portion.twins, files, whole)
        self._link(links)
        self._finish(whole)
        self._finish([_sizeless(portion.files[number]) for number in sorted(standing.same)])

    def _place_specials(self, portion: Portion) -> None:
        standing = self._judge(portion.specials)
        chosen, links = self._split(portion.specials, portion.twins, standing)
        faults = self._target.make_special([portion.makings[number] for number in chosen])
        failed = self._tally.fail_all(faults)
        made = [portion.specials[number] for number in chosen if portion.specials[number][0] not in failed]
        self._tally.result.specials += len(made)
        self._link(links)
        self._finish(made)

    def _judge(self, items: Sequence[FinishItem]) -> Standing:
        """Look at what stands where the items go, and clear the way."""
        if self._empty or not items:
            return Standing()
        standing = judge(items, self._target.stat([item[0] for item in items]), self._overwrite)
        self._tally.fail_all(standing.blocked.values())
        self._tally.result.kept += standing.kept_files
        self._target.remove(standing.in_the_way)  # what cannot be removed will be a fault of writing
        return standing

    def _split(
        self, items: list[FinishItem], twins: dict[bytes, Twin], standing: Standing
    ) -> tuple[Sequence[int], list[tuple[bytes, bytes]]]:
        """(numbers of the items to write, (first name, further name) of those to link instead)."""
        kept = standing.kept
        if not twins and not kept:
            return range(len(items)), []
        chosen, links = [], []
        for number, item in enumerate(items):
            twin = twins.get(item[0])
            first = self._twins.first(twin) if twin else None
            if twin and first is None and (number not in kept or number in standing.same):
                self._twins.remember(twin, item[0])
            if number in kept:
                continue
            if first is None:
                chosen.append(number)
            else:
                links.append((first, item[0]))
        return chosen, links

    def _forget_failed(
        self, twins: dict[bytes, Twin], files: list[FinishItem], whole: list[FinishItem]
    ) -> None:
        for path in {item[0] for item in files} - {item[0] for item in whole}:
            if path in twins:
                self._twins.forget(twins[path])

    def _link(self, links: list[tuple[bytes, bytes]]) -> None:
        failed = self._tally.fail_all(self._target.link(links)) if links else set()
        self._tally.result.links += len(links) - len(failed)

    def _finish(self, items: list[FinishItem]) -> None:
        if items:
            self._tally.fail_all(self._target.finish(items))

    def _leave(self, folders: Iterable[FinishItem]) -> None:
        """Finish folders, but keep for the end those that a later hard link may have to pass through."""
        ready: list[FinishItem] = []
        for item in folders:
            (ready if item[3] & _ENTERABLE == _ENTERABLE else self._closed).append(item)
        self._finish(ready)


def _sizeless(item: FinishItem) -> FinishItem:
    """For a file whose content stays as it is."""
    return (*item[:2], -1, *item[3:])
