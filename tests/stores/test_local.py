"""What is particular to a folder: restic's layout, full and missing disks, strangers in place of files."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from notou.disk import atomic
from notou.errors import (
    DamagedError,
    NotFoundError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UsageError,
)
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.stores.local import LocalStore

PACK = ObjectName(FileKind.PACK, hashlib.sha256(b"pack").hexdigest())
INDEX = ObjectName(FileKind.INDEX, hashlib.sha256(b"index").hexdigest())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "place"


@pytest.fixture
def store(place: Path) -> LocalStore:
    made = LocalStore(str(place))
    made.create()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_layout_and_modes_are_those_of_restic(store: LocalStore, place: Path) -> None:
    store.put(PACK, b"pack")
    store.put(CONFIG_NAME, b"config")
    packs = place / "data"
    assert sorted(path.name for path in packs.iterdir()) == [f"{number:02x}" for number in range(256)]
    assert (packs / PACK.id[:2] / PACK.id).read_bytes() == b"pack"
    assert {mode(folder) for folder in [place, packs, *packs.iterdir()]} == {0o700}
    assert {mode(file) for file in [packs / PACK.id[:2] / PACK.id, place / "config"]} == {0o400}


def test_a_folder_with_other_things_is_not_made_a_vault(place: Path) -> None:
    place.mkdir()
    (place / "letter.txt").write_text("dear")
    with pytest.raises(UsageError):
        LocalStore(str(place)).create()
    assert [path.name for path in place.iterdir()] == ["letter.txt"]


def test_a_vault_is_not_made_over_a_vault(store: LocalStore) -> None:
    store.put(CONFIG_NAME, b"config")
    with pytest.raises(UsageError):
        store.create()


def test_a_missing_place_is_unavailable_not_empty(place: Path) -> None:
    store = LocalStore(str(place))
    with pytest.raises(StoreUnavailableError):
        store.list(FileKind.PACK)
    with pytest.raises(StoreUnavailableError):
        store.get(PACK)
    with pytest.raises(StoreUnavailableError):
        store.put(PACK, b"pack")
    assert not place.exists()


def test_an_empty_mount_point_is_not_written_to(place: Path) -> None:
    place.mkdir()
    with pytest.raises(StoreUnavailableError):
        LocalStore(str(place)).put(PACK, b"pack")
    assert list(place.iterdir()) == []


def test_a_missing_folder_of_a_vault_is_made_when_needed(store: LocalStore, place: Path) -> None:
    store.put(CONFIG_NAME, b"config")
    (place / "data" / PACK.id[:2]).rmdir()
    assert store.list(FileKind.PACK) == []
    store.put(PACK, b"pack")
    assert store.get(PACK) == b"pack"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, StoreFullError),
        (errno.EDQUOT, StoreFullError),
        (errno.EROFS, StoreUnavailableError),
        (errno.EIO, StoreUnavailableError),
        (errno.EFBIG, StoreError),
    ],
)
def test_a_write_that_fails_leaves_nothing_behind(
    store: LocalStore,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    expected: type[StoreError],
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(expected) as caught:
        store.put(PACK, b"pack")
    assert str(place) in str(caught.value)
    assert [path for path in place.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_is_told_as_such(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def always_full(_path: bytes, _mode: int) -> BinaryIO:
        return os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb")

    monkeypatch.setattr(atomic, "_create", always_full)
    with pytest.raises(StoreFullError):
        store.put(PACK, b"pack")
    assert store.list(FileKind.PACK) == []


def test_a_fifo_in_place_of_an_object_is_damage_and_does_not_hang(store: LocalStore, place: Path) -> None:
    os.mkfifo(place / "data" / PACK.id[:2] / PACK.id)
    with pytest.raises(DamagedError):
        store.get(PACK)
    with pytest.raises(StoreError):
        store.put(PACK, b"pack")
    assert store.list(FileKind.PACK) == []
    store.replace(PACK, b"pack")
    assert store.get(PACK) == b"pack"


def test_what_the_disk_cannot_read_is_damage_unless_the_whole_place_is_gone(
    store: LocalStore, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(CONFIG_NAME, b"config")
    store.put(PACK, b"pack")

    def bad_sector(descriptor: int, length: int, offset: int) -> bytes:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "pread", bad_sector)
    with pytest.raises(DamagedError, match="the disk reports an error"):
        store.get(PACK)
    (place / "config").unlink()
    with pytest.raises(StoreUnavailableError):
        store.get(PACK)


def make_device(path: Path) -> None:
    """As /dev/zero, which never ends."""
    if os.getuid():
        pytest.skip("Only root may make a device; CI does.")
    os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))


MAKERS: dict[str, Callable[[Path], None]] = {
    "FIFO": os.mkfifo,
    "folder": os.mkdir,
    "device": make_device,
}


@pytest.mark.parametrize("kind", list(FileKind))
@pytest.mark.parametrize("stranger", list(MAKERS))
def test_whatever_is_no_file_is_damage_for_every_kind_of_object_and_nothing_waits_for_it(
    store: LocalStore, place: Path, kind: FileKind, stranger: str
) -> None:
    name = CONFIG_NAME if kind is FileKind.CONFIG else ObjectName(kind, PACK.id)
    store.put(name, b"bytes")
    (path,) = [path for path in place.rglob("*") if path.is_file()]
    path.unlink()
    MAKERS[stranger](path)
    with pytest.raises(DamagedError, match="no regular file"):
        store.get(name)
    with pytest.raises(DamagedError, match="no regular file"):
        store.get_range(name, 0, 5)
    with pytest.raises(StoreError):
        store.put(name, b"bytes")
    assert store.list(kind) == []


def test_a_link_in_place_of_an_object_is_not_followed(store: LocalStore, place: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"index")
    (place / "index" / INDEX.id).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DamagedError):
        store.get(INDEX)
    assert store.list(FileKind.INDEX) == []


def test_foreign_names_are_no_objects(store: LocalStore, place: Path) -> None:
    for name in ("README", PACK.id + "-tmp-1-2", PACK.id.upper(), PACK.id[:-1]):
        (place / "index" / name).write_bytes(b"x")
    os.mkdir(place / "index" / INDEX.id)
    assert store.list(FileKind.INDEX) == []


def test_sweeping_removes_what_killed_writers_left_and_nothing_else(
    store: LocalStore, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object) -> None:
        raise Killed

    names = [CONFIG_NAME, PACK, INDEX, ObjectName(FileKind.KEY, PACK.id)]
    foreign = [
        place / "README-tmp-1-2",
        place / "index" / f"{PACK.id}-tmp-1",
        place / "data" / PACK.id[:2] / f"{PACK.id}-tmp-1-2-old",
        place / "locks" / f"{PACK.id}-tmp-1-2",  # of one who asks for a lock just now
        place / "data" / PACK.id[:2] / f"{PACK.id}-tmp-7-7",
    ]
    for path in foreign[:-1]:
        path.write_bytes(b"x")
    foreign[-1].mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", die)
        patch.setattr(os, "unlink", die)  # the process is gone before it can tidy up
        for name in names:
            with pytest.raises(Killed):
                store.put(name, b"bytes")
    left = set(place.rglob("*-tmp-*")) - set(foreign)
    assert len(left) == len(names)
    for name in names:
        store.put(name, b"bytes")
    store.sweep()
    assert set(place.rglob("*-tmp-*")) == set(foreign)
    assert all(store.get(name) == b"bytes" for name in names)


def test_one_file_is_never_two_copies(tmp_path: Path) -> None:
    waiting = tmp_path / "waiting"
    waiting.write_bytes(b"pack")
    stores = [LocalStore(str(tmp_path / name)) for name in ("one", "two")]
    for store in stores:
        store.create()
        store.adopt(PACK, os.fsencode(waiting))
    inodes = [(tmp_path / name / "data" / PACK.id[:2] / PACK.id).stat().st_ino for name in ("one", "two")]
    assert inodes[0] != inodes[1]
    assert waiting.stat().st_ino in inodes


def test_a_file_on_another_file_system_is_copied(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "cross-device")

    waiting = tmp_path / "waiting"
    waiting.write_bytes(b"pack")
    monkeypatch.setattr(os, "link", refuse)
    store.adopt(PACK, os.fsencode(waiting))
    assert store.get(PACK) == b"pack"
    assert waiting.stat().st_nlink == 1


def test_a_path_that_is_no_utf8_is_a_place(tmp_path: Path) -> None:
    store = LocalStore(os.fsencode(tmp_path) + b"/\xff")
    store.create()
    store.put(PACK, b"pack")
    assert store.get(PACK) == b"pack"
    with pytest.raises(NotFoundError):
        store.get(INDEX)


def test_links_come_from_the_same_file_system_only(store: LocalStore, tmp_path: Path) -> None:
    assert store.links_from(os.fsencode(tmp_path))
    assert not store.links_from(b"/proc")
    assert not store.links_from(os.fsencode(tmp_path / "gone"))


def test_a_file_in_a_places_place_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "contacts.vcf").write_text("BEGIN:VCARD")
    store = LocalStore(os.fsencode(tmp_path / "contacts.vcf"))
    with pytest.raises(StoreError, match=r"contacts.vcf is a file, not a folder"):
        store.list(FileKind.KEY)
