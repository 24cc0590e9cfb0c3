"""Stock restic judges what vault writes: it opens a new vault, and both honour each other's locks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from notou.model import FileKind
from notou.stores.local import LocalStore
from notou.vault.create import NewVault
from notou.vault.locking import Holder, hold_lock, remove_locks
from notou.vault.repository import Vault
from tests.support.restic import Restic
from tests.vault.places import PASSWORD, new_vault

LOCKED = 11


@pytest.fixture
def made(tmp_path: Path) -> tuple[LocalStore, NewVault, Restic]:
    store, new = LocalStore(os.fsencode(tmp_path / "vault")), new_vault()
    store.create()
    for name, data in new.files:
        store.put(name, data)
    return store, new, Restic(tmp_path / "vault", PASSWORD)


@contextmanager
def never(every_s: float, action: Callable[[], None]) -> Iterator[None]:
    yield


def holder() -> Holder:
    return Holder(
        "here", "me", 42, 0, 0, lambda: 4_000_000_000 * 10**9, lambda _s: None, lambda _p: True, never
    )


def test_restic_opens_a_new_vault_and_we_what_it_adds(made: tuple[LocalStore, NewVault, Restic]) -> None:
    store, new, restic = made
    source = Path(os.fsdecode(store.path)).parent / "letter"
    source.write_text("dear")
    restic.run("backup", source, "--tag", "notou:documents")
    restic.run("check", "--read-data")
    (snapshot,) = Vault.open([store], PASSWORD).snapshots()
    assert snapshot.paths == (str(source),)
    assert new.config.id in restic.run("cat", "config").stdout


def test_restic_gives_way_to_our_exclusive_lock(made: tuple[LocalStore, NewVault, Restic]) -> None:
    store, new, restic = made
    with hold_lock(store, new.master, holder(), exclusive=True):
        assert restic.run("check", check=False).returncode == LOCKED
    restic.run("check")


def test_a_lock_that_restic_lists_is_one_we_can_remove(made: tuple[LocalStore, NewVault, Restic]) -> None:
    store, new, restic = made
    with hold_lock(store, new.master, holder(), exclusive=False):
        assert len(restic.run("list", "locks", "--no-lock").stdout.split()) == 1
        assert remove_locks(store, new.master, holder(), everyone=True) == 1
    assert store.list(FileKind.LOCK) == []
