"""Forget takes away what was named and nothing else, whenever it is killed."""

from __future__ import annotations

import pytest

from notou.model import FileKind
from notou.upkeep.forget import forget
from notou.vault.locking import remove_locks
from tests.upkeep.mortal import Deadline, Killed, MortalStore
from tests.upkeep.place import Place, ignore


def test_killed_between_two_snapshots_the_others_stay_whole_and_asking_again_takes_the_rest(
    place: Place,
) -> None:
    store = place.stores[0]
    holder = place.site.holder()
    before = {id_ for id_, _ in store.list(FileKind.SNAPSHOT)}
    named = sorted(before)[:3]
    calls = 0
    while len(before) - len(store.list(FileKind.SNAPSHOT)) < 2:
        calls += 1
        with pytest.raises(Killed):
            forget([MortalStore(store, Deadline(calls))], place.master, named, holder, ignore)
        remove_locks(store, place.master, holder, everyone=True)  # as unlock would: the holder is dead
    left = {id_ for id_, _ in store.list(FileKind.SNAPSHOT)}
    assert before - set(named) < left
    place.check(stores=[store]).require_clean()
    place.restic_checks()
    forget([store], place.master, named, holder, ignore)
    assert {id_ for id_, _ in store.list(FileKind.SNAPSHOT)} == before - set(named)
