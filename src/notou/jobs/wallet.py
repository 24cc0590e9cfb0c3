"""The wallet in the vault: read it, change it. Every change is a snapshot at every place (notou.jobs.keep).

What may not enter: what entries say (notou.esim.wallet), chips.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from notou.backup.keep import KeepResult
from notou.errors import DamagedError, UsageError
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.entry_file import decode_entry, encode_entry, entry_id_of, file_name
from notou.events import Note, Report
from notou.jobs.keep import change_kept, kept_in
from notou.jobs.places import open_vault
from notou.jobs.snapshots import tell_faults
from notou.model import Lane
from notou.sentence import say
from notou.vault.kept import KeptSet
from notou.vault.repository import Vault

WALLET = KeptSet(Lane.WALLET, "/wallet")
_ID_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_ID_LENGTH = 6

ChangeEntries = Callable[[Sequence[Entry]], Iterable[Entry]]
"""From the entries to those that shall be there; a missing one is removed. May raise: nothing changes."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """The entries, oldest first. ``incomplete``: something of it could not be read, which was reported."""

    entries: tuple[Entry, ...]
    incomplete: bool


def new_entry_id() -> str:
    """A name for an entry that says nothing of it."""
    return "".join(secrets.choice(_ID_SIGNS) for _ in range(_ID_LENGTH))


def wallet_in(locations: Sequence[str], password: str, report: Report) -> Wallet:
    """What the wallet holds now. Raises what opening a vault raises."""
    vault = open_vault(locations, password).vault
    wallet = read_wallet(vault, report)
    tell_faults(vault, report)
    return wallet


def read_wallet(vault: Vault, report: Report) -> Wallet:
    """The same of an open vault; the caller tells the faults of the vault itself."""
    kept = kept_in(vault, WALLET, report)
    entries, faults = _decoded(kept.items)
    for fault in faults:
        report(Note(fault))
    return Wallet(tuple(entries), kept.incomplete or bool(faults))


def change_wallet(
    locations: Sequence[str],
    password: str,
    change: ChangeEntries,
    environ: Mapping[str, str],
    report: Report,
) -> KeepResult:
    """Change the entries at every location; raises as change_kept.

    Files that are no entry, or one that cannot be read, stay as they are.
    """

    def changed(before: Mapping[str, bytes]) -> dict[str, bytes]:
        entries, _ = _decoded(before)
        after = {file_name(entry.id): _encoded(entry, before, entries) for entry in change(entries)}
        known = {file_name(entry.id) for entry in entries}
        if strange := (after.keys() & before.keys()) - known:
            raise UsageError(say("There is an entry {name} already.", name=min(strange)))
        return {**{name: data for name, data in before.items() if name not in known}, **after}

    return change_kept(locations, password, {WALLET: changed}, environ, report)


def _encoded(entry: Entry, before: Mapping[str, bytes], entries: Sequence[Entry]) -> bytes:
    """The entry's file; the same bytes where nothing of it changed, whoever wrote them.

    UsageError for what could not be read again: a chip may call a profile anything.
    """
    if entry in entries:
        return before[file_name(entry.id)]
    data = encode_entry(entry)
    try:
        decode_entry(entry.id, data)
    except DamagedError as error:
        raise UsageError(
            say(
                "The entry {id} would hold what the wallet could not read again, such as a name of thousands "
                "of characters, so nothing was changed.",
                id=entry.id,
            )
        ) from error
    return data


def _decoded(files: Mapping[str, bytes]) -> tuple[list[Entry], list[str]]:
    """(entries, what is wrong with files that should be one)."""
    entries: list[Entry] = []
    faults: list[str] = []
    for name, data in sorted(files.items()):
        entry_id = entry_id_of(name)
        if entry_id is None:
            continue
        try:
            entries.append(decode_entry(entry_id, data))
        except DamagedError as error:
            faults.append(str(error))
    return sorted(entries, key=lambda entry: (str(entry.added_on or ""), entry.id)), faults
