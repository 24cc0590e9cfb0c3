"""Writes the contents of a portion's files. A file that misses a part is removed again: nothing that looks
whole is not. What may not enter: what stood in the target before, metadata, links.
"""

from __future__ import annotations

from collections.abc import Sequence

from notou import kernel
from notou.model import BlobKind, BlobPlace
from notou.restore.fetch import Fetcher
from notou.restore.plan import ID_BYTES, Plan, plan_reads
from notou.restore.portion import FinishItem
from notou.restore.tally import Tally
from notou.sentence import say


class ContentWriter:
    """Plans, fetches and, if asked, reads back."""

    def __init__(
        self, index: kernel.Index, target: kernel.Target, fetcher: Fetcher, tally: Tally, *, verify: bool
    ) -> None:
        """``verify``: read back what was written and hash it."""
        self._index = index
        self._target = target
        self._fetcher = fetcher
        self._tally = tally
        self._verify = verify

    def write(self, files: list[FinishItem], contents: list[bytes]) -> list[FinishItem]:
        """Write every file with blob ids ``contents``; returns those that are whole, with their true size.

        The others are removed and told to the tally.
        """
        if not files:
            return []
        places = self._index.find_many(BlobKind.DATA, b"".join(contents))
        plan = plan_reads(contents, places)
        failed: dict[int, str] = {
            number: say("Part of it is in no pack (blob {blob}).", blob=blob.hex()[:16])
            for number, blob in plan.lost
        }
        failed.update(self._create_empty(files, contents))
        failed.update(self._fetch(files, plan))
        if self._verify:
            failed.update(self._read_back(files, contents, places, failed))
        self._give_up(files, failed)
        whole = [
            item if item[2] == size else (*item[:2], size, *item[3:])
            for number, (item, size) in enumerate(zip(files, plan.sizes, strict=True))
            if number not in failed
        ]
        self._tally.restored(whole)
        return whole

    def _create_empty(self, files: list[FinishItem], contents: list[bytes]) -> dict[int, str]:
        numbers = {item[0]: number for number, item in enumerate(files) if not contents[number]}
        return {numbers[path]: reason for path, reason in self._target.create_empty(list(numbers))}

    def _fetch(self, files: list[FinishItem], plan: Plan) -> dict[int, str]:
        failed: dict[int, str] = {}
        pairs = [(item[0], size) for item, size in zip(files, plan.sizes, strict=True)]
        for placed_bytes, failures in self._fetcher.fetch(plan.reads, pairs):
            failed.update(failures)
            self._tally.under_way(placed_bytes)
        return failed

    def _read_back(
        self,
        files: list[FinishItem],
        contents: list[bytes],
        places: Sequence[BlobPlace | None],
        failed: dict[int, str],
    ) -> dict[int, str]:
        items, numbers, first = [], {}, 0
        for number, ids in enumerate(contents):
            count = len(ids) // ID_BYTES
            if number not in failed:
                items.append((files[number][0], _pieces(ids, places[first : first + count])))
                numbers[files[number][0]] = number
            first += count
        return {numbers[path]: reason for path, reason in self._target.verify(items)}

    def _give_up(self, files: list[FinishItem], failed: dict[int, str]) -> None:
        self._target.remove([files[number][0] for number in sorted(failed)])
        self._tally.fail_all((files[number][0], failed[number]) for number in sorted(failed))


def _pieces(ids: bytes, places: Sequence[BlobPlace | None]) -> list[tuple[bytes, int]]:
    """(blob id, plain length) of each blob of a file."""
    return [
        (ids[at * ID_BYTES :][:ID_BYTES], place.plain_bytes)
        for at, place in enumerate(places)
        if place is not None
    ]
