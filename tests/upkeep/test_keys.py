"""Keys: at every copy, and never so that nobody can open the vault any more."""

from __future__ import annotations

import hashlib
import os

import pytest

from notou.errors import NotFoundError, UsageError, WrongPasswordError
from notou.model import FileKind
from notou.upkeep.keys import KeyChange, add_key, change_password, list_keys, remove_key
from notou.vault.keys import ScryptWork
from notou.vault.repository import Vault
from tests.support.restic import Restic
from tests.upkeep.place import Place, ignore

QUICK = ScryptWork(2**10, 8, 1)
OLD, NEW = "geheim", "noddi"


def _add(place: Place, password: str = NEW) -> KeyChange:
    return add_key(
        place.stores,
        place.master,
        password,
        holder=place.site.holder(),
        random=os.urandom,
        report=ignore,
        work=QUICK,
    )


def _remove(place: Place, key_id: str, password: str = OLD) -> KeyChange:
    holder = place.site.holder()
    return remove_key(place.stores, place.master, key_id, password, holder=holder, report=ignore)


def test_a_key_added_opens_every_copy_for_us_and_for_restic(place: Place) -> None:
    added = _add(place).added
    for copy in (0, 1):
        assert Vault.open([place.stores[copy]], NEW).master == place.master
        Restic(place.site.places[copy], NEW).run("snapshots")
    entries = list_keys(place.stores, NEW)
    assert [entry.id for entry in entries if entry.in_use] == [added]
    assert all(len(entry.locations) == 2 for entry in entries)


def test_a_key_removed_opens_nothing_any_more_not_even_after_healing(place: Place) -> None:
    added = _add(place).added
    assert _remove(place, added[:9]).removed == (added,)
    place.heal(place.check()).require_whole()
    for store in place.stores:
        with pytest.raises(WrongPasswordError):
            Vault.open([store], NEW)


def test_the_key_in_use_and_so_the_last_one_is_not_removed(place: Place) -> None:
    (only,) = place.site.objects(FileKind.KEY)
    with pytest.raises(UsageError, match="in use"):
        _remove(place, only)
    assert place.site.objects(FileKind.KEY) == {only}


def test_a_key_is_not_removed_where_the_one_in_use_is_missing(place: Place) -> None:
    added = _add(place).added
    (used,) = [entry for entry in list_keys(place.stores, OLD) if entry.in_use]
    os.unlink(place.site.places[1] / "keys" / used.id)
    with pytest.raises(UsageError, match="heal"):
        _remove(place, added)


def test_unknown_and_ambiguous_keys_are_refused(place: Place) -> None:
    for _ in range(17):
        _add(place)
    with pytest.raises(NotFoundError):
        _remove(place, "x")
    with pytest.raises(NotFoundError):
        _remove(place, "")
    first = [id_[0] for id_ in place.site.objects(FileKind.KEY)]
    with pytest.raises(UsageError, match="more digits"):
        _remove(place, next(digit for digit in first if first.count(digit) > 1))


def test_changing_the_password_leaves_only_the_new_one(place: Place) -> None:
    holder = place.site.holder()
    change_password(
        place.stores, place.master, OLD, NEW, holder=holder, random=os.urandom, report=ignore, work=QUICK
    )
    for store in place.stores:
        Vault.open([store], NEW)
        with pytest.raises(WrongPasswordError):
            Vault.open([store], OLD)


def test_a_copy_with_another_password_keeps_it_and_is_named_when_the_vault_is_opened(
    place: Place,
) -> None:
    holder = place.site.holder()
    change_password(
        place.stores[:1], place.master, OLD, NEW, holder=holder, random=os.urandom, report=ignore, work=QUICK
    )
    late = place.stores[1].location
    assert any(late in fault for fault in Vault.open(place.stores, NEW).faults)
    again = change_password(
        place.stores, place.master, NEW, "third", holder=holder, random=os.urandom, report=ignore, work=QUICK
    )
    assert list(again.failures) == [late]
    with pytest.raises(WrongPasswordError):
        Vault.open(place.stores[1:], "third")


def test_strangers_keys_are_not_tried_without_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = place.site.places[0] / "keys"
    (used,) = keys.iterdir()
    for number in range(1, 200):
        data = used.read_bytes() + b" " * number
        (keys / hashlib.sha256(data).hexdigest()).write_bytes(data)
    tried: list[bytes] = []
    monkeypatch.setattr("notou.upkeep.keys.opens_with", lambda data, _password: tried.append(data))
    assert len(list_keys(place.stores, OLD)) == 200
    assert 20 <= len(tried) <= 40
