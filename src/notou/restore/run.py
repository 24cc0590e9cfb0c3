"""Restores snapshots of one or several lanes into a folder.

While one portion is carried out, the next is collected. What may not enter: choosing snapshots, opening
the vault, the steps themselves (collect, plan, fetch, carry).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

from notou import kernel
from notou.errors import StoreError
from notou.events import Report
from notou.restore.carry import Carrier
from notou.restore.choice import Choice
from notou.restore.collect import Blocked, Collector
from notou.restore.contents import ContentWriter
from notou.restore.fetch import Fetcher
from notou.restore.options import Overwrite, RestoreOptions, RestoreResult
from notou.restore.portion import Portion
from notou.restore.rehearse import Rehearsal
from notou.restore.tally import Tally
from notou.restore.trees import TreeReader
from notou.sentence import say
from notou.shown import shown
from notou.vault.repository import Vault
from notou.vault.snapshot import Snapshot
from notou.words.system import system_reason


def restore(
    vault: Vault, snapshots: Sequence[Snapshot], target: bytes, options: RestoreOptions, report: Report
) -> RestoreResult:
    """Bring the chosen items of ``snapshots``, merged, into the folder ``target`` (made when absent).

    What could not be restored is in the result's ``faults`` and reported as ItemFailed; the rest is there.
    Raises NotFoundError for a path that is in no snapshot, StoreError where the target cannot be written.
    """
    choice = Choice(
        paths=options.paths,
        base=options.base,
        include=options.include,
        exclude=options.exclude,
        ignore_case=options.ignore_case,
    )
    tally = Tally(report, *_totals(snapshots, choice))
    reader = TreeReader(vault, snapshots)
    if options.dry_run:
        _rehearse(Collector(reader, choice), target, options.overwrite, tally)
        return tally.result
    with (
        _prepared(target, choice, tally) as empty,
        Fetcher(vault, folder := kernel.Target(target)) as fetcher,
    ):
        writer = ContentWriter(vault.index, folder, fetcher, tally, verify=options.verify)
        carrier = Carrier(folder, writer, options.overwrite, tally, empty=empty)
        blocked = _blocked(folder) if options.overwrite is Overwrite.NEVER and not empty else None
        _carry_all(carrier, Collector(reader, choice, blocked).portions())
    return tally.result


def _carry_all(carrier: Carrier, portions: Iterable[Portion]) -> None:
    """Carry each portion while the next is collected."""
    with ThreadPoolExecutor(1, thread_name_prefix="notou-carry") as hand:
        carried: Future[None] | None = None
        for portion in portions:
            if carried is not None:
                carried.result()
            carried = hand.submit(carrier.carry, portion)
        if carried is not None:
            carried.result()
    carrier.close()


@contextmanager
def _prepared(target: bytes, choice: Choice, tally: Tally) -> Iterator[bool]:
    """Make the target; gives whether it is empty.

    Folders made here go again when they are empty for an error, or because nothing was chosen.
    """
    missing, is_done = _missing(target), False
    try:
        yield _prepare(target)
        is_done = choice.everything and not tally.result.failed
    finally:
        if not is_done:
            with suppress(OSError):  # what holds something stays
                for folder in missing:
                    os.rmdir(folder)


def _missing(target: bytes) -> list[bytes]:
    """The target and the folders above it that are not there, the innermost first."""
    missing, path = [], os.path.abspath(target)
    while not os.path.lexists(path):
        missing.append(path)
        path = os.path.dirname(path)
    return missing


def _prepare(target: bytes) -> bool:
    try:
        os.makedirs(target, mode=0o700, exist_ok=True)
        with os.scandir(target) as entries:
            return next(entries, None) is None
    except FileExistsError as error:
        raise StoreError(
            say("{target} is a file, not a folder; name another target.", target=shown(target))
        ) from error
    except OSError as error:
        raise StoreError(
            say(
                "The folder {target} cannot be restored into: {reason}.",
                target=shown(target),
                reason=system_reason(error),
            )
        ) from error


def _blocked(folder: kernel.Target) -> Blocked:
    """Where nothing may be overwritten, a file that stands in the place of a folder keeps it."""

    def blocked(paths: list[bytes]) -> set[bytes]:
        found = folder.stat(paths)
        return {path for path, there in zip(paths, found, strict=True) if there and there[0] != "d"}

    return blocked


def _totals(snapshots: Sequence[Snapshot], choice: Choice) -> tuple[int | None, int | None]:
    """(files, bytes) as the snapshots say themselves; None where one does not, or only part is restored."""
    summaries = [snapshot.summary or {} for snapshot in snapshots]
    files = [each.get("total_files_processed") for each in summaries]
    sizes = [each.get("total_bytes_processed") for each in summaries]
    known = [each for each in files + sizes if type(each) is int]
    if not choice.everything or choice.base or len(known) < 2 * len(summaries):
        return None, None
    return sum(known[: len(summaries)]), sum(known[len(summaries) :])


def _rehearse(collector: Collector, target: bytes, overwrite: Overwrite, tally: Tally) -> None:
    folder = kernel.Target(target) if os.path.isdir(target) else None
    rehearsal = Rehearsal(folder, overwrite, tally)
    for portion in collector.portions():
        rehearsal.count(portion)
