"""What every store promises: one suite, run for each kind of place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from notou.errors import DamagedError, LimitError, NotFoundError, StoreError
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.stores.memory import MemoryStore

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda folder: MemoryStore(),
    "local": lambda folder: LocalStore(os.fsencode(folder / "place")),
}


@pytest.fixture(params=list(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    made = STORES[request.param](tmp_path)
    made.create()
    return made


def named(data: bytes, kind: FileKind = FileKind.PACK) -> ObjectName:
    return ObjectName(kind, hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind is not FileKind.CONFIG])
def test_what_was_put_comes_back_under_its_kind(store: Store, kind: FileKind) -> None:
    name = named(b"bytes", kind)
    store.put(name, b"bytes")
    assert store.get(name) == b"bytes"
    assert store.list(kind) == [(name.id, 5)]
    assert [other for other in FileKind if store.list(other)] == [kind]


def test_the_config_is_listed_without_an_id(store: Store) -> None:
    assert store.list(FileKind.CONFIG) == []
    store.put(CONFIG_NAME, b"config")
    assert store.list(FileKind.CONFIG) == [("", 6)]
    assert store.get(CONFIG_NAME) == b"config"


def test_an_empty_object_is_an_object(store: Store) -> None:
    store.put(named(b""), b"")
    assert store.get(named(b"")) == b""
    assert store.get_range(named(b""), 0, 0) == b""


def test_putting_the_same_object_again_changes_nothing(store: Store) -> None:
    store.put(named(b"same"), b"same")
    store.put(named(b"same"), b"same")
    assert store.list(FileKind.PACK) == [(named(b"same").id, 4)]


def test_an_object_of_another_size_is_not_overwritten_by_put(store: Store) -> None:
    store.put(named(b"right"), b"cut")
    with pytest.raises(StoreError):
        store.put(named(b"right"), b"right")
    assert store.get(named(b"right")) == b"cut"


def test_replace_heals_an_object_and_makes_an_absent_one(store: Store) -> None:
    store.put(named(b"right"), b"cut")
    store.replace(named(b"right"), b"right")
    store.replace(named(b"absent"), b"absent")
    assert store.get(named(b"right")) == b"right"
    assert store.get(named(b"absent")) == b"absent"


def test_an_absent_object_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError):
        store.get(named(b"absent"))
    with pytest.raises(NotFoundError):
        store.get_range(named(b"absent"), 0, 1)


def test_more_bytes_than_accepted_are_not_read(store: Store) -> None:
    store.put(named(b"12345"), b"12345")
    assert store.get(named(b"12345"), most=5) == b"12345"
    with pytest.raises(LimitError):
        store.get(named(b"12345"), most=4)


def test_a_range_is_exact_or_an_error(store: Store) -> None:
    store.put(named(b"0123456789"), b"0123456789")
    assert store.get_range(named(b"0123456789"), 3, 4) == b"3456"
    assert store.get_range(named(b"0123456789"), 0, 10) == b"0123456789"
    with pytest.raises(DamagedError):
        store.get_range(named(b"0123456789"), 8, 3)
    with pytest.raises(DamagedError):
        store.get_range(named(b"0123456789"), 100, 1)


def test_sweeping_touches_no_object(store: Store) -> None:
    names = [named(b"x", kind) for kind in FileKind if kind is not FileKind.CONFIG] + [CONFIG_NAME]
    for name in names:
        store.put(name, b"x")
    store.sweep()
    assert all(store.get(name) == b"x" for name in names)


def test_deleting_removes_one_object_and_an_absent_one_is_fine(store: Store) -> None:
    store.put(named(b"a"), b"a")
    store.put(named(b"b"), b"b")
    store.delete(named(b"a"))
    store.delete(named(b"a"))
    assert store.list(FileKind.PACK) == [(named(b"b").id, 1)]


def test_a_listing_is_in_order_of_id(store: Store) -> None:
    for number in range(40):
        store.put(named(b"%d" % number), b"%d" % number)
    ids = [object_id for object_id, _ in store.list(FileKind.PACK)]
    assert len(ids) == 40
    assert ids == sorted(ids)


def test_an_adopted_file_comes_back_and_stays_where_it_was(store: Store, tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.write_bytes(b"pack")
    store.adopt(named(b"pack"), os.fsencode(waiting))
    store.adopt(named(b"pack"), os.fsencode(waiting))
    assert store.get(named(b"pack")) == b"pack"
    assert waiting.read_bytes() == b"pack"
    waiting.unlink()
    assert store.get(named(b"pack")) == b"pack"


def test_many_threads_may_put_the_same_and_different_objects(store: Store) -> None:
    def work() -> None:
        for number in range(20):
            store.put(named(b"%d" % number), b"%d" % number)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.list(FileKind.PACK)) == 20


def test_making_an_empty_place_again_is_fine(store: Store) -> None:
    store.create()
    assert all(store.list(kind) == [] for kind in FileKind)


def test_the_place_names_itself_and_its_listing_delay(store: Store) -> None:
    assert store.location
    assert store.listing_delay_s >= 0.0
