"""Reads the planned ranges, several at a time, and has the kernel write them where they belong.

A blob that is damaged where it was read is taken from wherever the vault still has it whole; only when
that is nowhere do the files that need it fail. What may not enter: which files, in which order, metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Self

from notou import kernel
from notou.errors import NotouError, StoreError
from notou.model import BlobEntry, BlobKind
from notou.restore.plan import RangeRead
from notou.sentence import say
from notou.vault.repository import Vault

READERS = 4
Failure = tuple[int, str]
"""(number of the file in the portion, sentence)."""


class Fetcher:
    """Owns the reading threads; use as a context."""

    def __init__(self, vault: Vault, target: kernel.Target) -> None:
        """Reads from ``vault``, writes to ``target``."""
        self._vault = vault
        self._key = vault.master.bytes64
        self._target = target
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="notou-restore")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def fetch(
        self, reads: Sequence[RangeRead], files: Sequence[tuple[bytes, int]]
    ) -> Iterator[tuple[int, list[Failure]]]:
        """Carry out ``reads`` for ``files`` (path, size); yields (bytes placed, failures) as each is done.

        A fault of the vault or of one file is a failure, and so is a target without room for it.
        """
        futures: list[Future[tuple[int, list[Failure]]]] = [
            self._pool.submit(self._read, read, [files[number] for number in read.numbers]) for read in reads
        ]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            for future in futures:
                future.cancel()

    def _read(self, read: RangeRead, files: list[tuple[bytes, int]]) -> tuple[int, list[Failure]]:
        try:
            data = self._vault.fetch_range(read.pack_id, read.offset, read.length)
        except NotouError as error:
            damaged = [(number, str(error)) for number in range(len(read.entries))]
            return read.placed_bytes, self._heal(read, files, damaged)
        damaged, faults = self._target.write(
            self._key, data, read.offset, read.entries, files, read.placements
        )
        del data
        failures = self._heal(read, files, damaged) if damaged else []
        if faults:
            failures += _by_number(read, files, faults)
        return read.placed_bytes, failures

    def _heal(
        self, read: RangeRead, files: list[tuple[bytes, int]], damaged: list[tuple[int, str]]
    ) -> list[Failure]:
        """Write the blobs that did not open from wherever else they are."""
        failures: list[Failure] = []
        for blob, reason in damaged:
            placements = [each for each in read.placements if each[0] == blob]
            try:
                plain = self._vault.load_blob(BlobKind.DATA, read.entries[blob].id)
            except StoreError as error:
                reason = str(error)
            except NotouError:  # the sentence of the first place says best what is wrong
                pass
            else:
                failures += self._write_plain(read, files, blob, plain, placements)
                continue
            failures += [
                (read.numbers[file], say("Part of it is lost: {reason}", reason=reason))
                for _, file, _ in placements
            ]
        return failures

    def _write_plain(
        self,
        read: RangeRead,
        files: list[tuple[bytes, int]],
        blob: int,
        plain: bytes,
        placements: list[tuple[int, int, int]],
    ) -> list[Failure]:
        """Sealed again in memory, since the kernel writes only what it has verified itself."""
        sealed = kernel.seal(self._key, plain)
        entry = BlobEntry(BlobKind.DATA, read.entries[blob].id, 0, len(sealed), 0)
        moved = [(0, file, offset) for _, file, offset in placements]
        damaged, faults = self._target.write(self._key, sealed, 0, [entry], files, moved)
        failures = [(read.numbers[file], reason) for _, reason in damaged for _, file, _ in placements]
        return failures + _by_number(read, files, faults)


def _by_number(
    read: RangeRead, files: list[tuple[bytes, int]], faults: list[tuple[bytes, str]]
) -> list[Failure]:
    numbers = {path: number for (path, _), number in zip(files, read.numbers, strict=True)}
    return [(numbers[path], reason) for path, reason in faults]
