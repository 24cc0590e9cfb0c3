"""The keys of a vault: listed, added, removed, exchanged, at every copy.

Each step is safe by itself: a new key is put and read back and opened from every copy before an old one
goes anywhere. What may not enter: asking for passwords, making master keys.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import (
    DamagedError,
    NotFoundError,
    StoreError,
    UsageError,
    WrongPasswordError,
)
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.upkeep.living import locked
from notou.upkeep.objects import read_object
from notou.vault.keys import (
    MOST_KEYS_TRIED,
    NEW_KEY_WORK,
    create_key_file,
    key_info,
    open_key_file,
    opens_with,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from notou.events import Report
    from notou.stores.base import Store
    from notou.upkeep.living import LivingCopies
    from notou.vault.keys import KeyInfo, MasterKey, Random, ScryptWork
    from notou.vault.locking import Holder


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key: where it is, whether the password in use opens it. ``info`` is None when it is damaged."""

    id: str
    info: KeyInfo | None
    in_use: bool
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyChange:
    """The key added and those removed (hex ids, "" and () for none); copies that failed: location → why."""

    added: str
    removed: tuple[str, ...]
    failures: Mapping[str, str]


def list_keys(copies: Sequence[Store], password: str) -> list[KeyEntry]:
    """Every key of every copy, by id. Copies that do not answer raise StoreError.

    The password is tried on MOST_KEYS_TRIED keys of a copy, as when opening: each takes as long as
    whoever made it liked.
    """
    places: dict[str, list[Store]] = {}
    tried: set[str] = set()
    for store in copies:
        ids = [id_ for id_, _ in store.list(FileKind.KEY)]
        tried.update(ids[:MOST_KEYS_TRIED])
        for id_ in ids:
            places.setdefault(id_, []).append(store)
    return [_entry(id_, stores, password if id_ in tried else None) for id_, stores in sorted(places.items())]


def _entry(id_: str, stores: Sequence[Store], password: str | None) -> KeyEntry:
    locations = tuple(store.location for store in stores)
    for store in stores:
        try:
            data = read_object(store, ObjectName(FileKind.KEY, id_))
            in_use = password is not None and opens_with(data, password)
            return KeyEntry(id_, key_info(data), in_use, locations)
        except (DamagedError, NotFoundError):
            continue
    return KeyEntry(id_, None, in_use=False, locations=locations)


def add_key(
    copies: Sequence[Store],
    master: MasterKey,
    password: str,
    *,
    holder: Holder,
    random: Random,
    report: Report,
    work: ScryptWork = NEW_KEY_WORK,
) -> KeyChange:
    """Add a key that opens with ``password`` at every copy that answers."""
    with locked(copies, master, holder, report, exclusive=False) as living:
        added = _add(living, master, password, holder, random, work)
        return KeyChange(added, (), living.failures)


def remove_key(
    copies: Sequence[Store], master: MasterKey, key_id: str, password: str, *, holder: Holder, report: Report
) -> KeyChange:
    """Remove the key whose id begins with ``key_id`` at every copy that answers.

    Raises NotFoundError when there is none, UsageError when several begin so, when it is the one that
    ``password`` (in use) opens, or when a copy would be left without a key that it opens.
    """
    with locked(copies, master, holder, report, exclusive=True) as living:
        entries = list_keys(living.stores, password)
        chosen = _chosen(entries, key_id)
        others = [entry for entry in entries if entry.in_use and entry.id != chosen.id]
        if chosen.in_use and not others:
            raise UsageError(
                say(
                    "The key {id} is the one in use; open the vault with another to remove it.",
                    id=chosen.id[:8],
                )
            )
        for store in living.stores:
            if not any(store.location in entry.locations for entry in others):
                raise UsageError(
                    say(
                        "The key in use is not at {place}; heal that copy first. Nothing was removed.",
                        place=store.location,
                    )
                )
        living.delete([ObjectName(FileKind.KEY, chosen.id)])
        return KeyChange("", (chosen.id,), living.failures)


def change_password(
    copies: Sequence[Store],
    master: MasterKey,
    old_password: str,
    new_password: str,
    *,
    holder: Holder,
    random: Random,
    report: Report,
    work: ScryptWork = NEW_KEY_WORK,
) -> KeyChange:
    """Add a key for the new password, open it from each copy, then remove the keys the old one opens.

    A copy that the old password does not open is left as it is: its own old password would go on opening it.
    """
    with locked(copies, master, holder, report, exclusive=True) as living:
        entries = [entry for entry in list_keys(living.stores, old_password) if entry.in_use]
        opened = {location for entry in entries for location in entry.locations}
        for store in [store for store in living.stores if store.location not in opened]:
            living.drop(
                store,
                say("{place} has another password; run this again with that one.", place=store.location),
            )
        old = [entry.id for entry in entries]
        added = _add(living, master, new_password, holder, random, work)
        living.delete([ObjectName(FileKind.KEY, id_) for id_ in old])
        return KeyChange(added, tuple(old), living.failures)


def _chosen(entries: Sequence[KeyEntry], prefix: str) -> KeyEntry:
    meant = [entry for entry in entries if prefix and entry.id.startswith(prefix)]
    if not meant:
        raise NotFoundError(
            say("No key's id begins with “{prefix}”; list the keys to see them.", prefix=prefix)
        )
    if len(meant) > 1:
        raise UsageError(
            say("{count} keys' ids begin with “{prefix}”; give more digits.", count=len(meant), prefix=prefix)
        )
    return meant[0]


def _add(
    living: LivingCopies, master: MasterKey, password: str, holder: Holder, random: Random, work: ScryptWork
) -> str:
    if not password:
        raise UsageError(say("The new password is empty; choose one."))
    data = create_key_file(
        password,
        master,
        username=holder.username,
        hostname=holder.hostname,
        created_ns=holder.now_ns(),
        random=random,
        work=work,
    )
    name = ObjectName(FileKind.KEY, hashlib.sha256(data).hexdigest())

    def put(store: Store) -> None:
        store.put(name, data)
        try:
            opened = open_key_file(read_object(store, name), password)
        except (DamagedError, NotFoundError, WrongPasswordError) as error:
            raise StoreError(
                say("The new key does not open from {place}: {error}", place=store.location, error=str(error))
            ) from error
        if opened != master:
            raise StoreError(
                say("The new key at {place} opens to another vault's master key.", place=store.location)
            )

    living.each(put)
    return name.id
