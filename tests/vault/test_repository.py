"""A vault is read through all its places: what one lost or damaged, another gives."""

from __future__ import annotations

import hashlib

import pytest

from notou.errors import (
    DamagedError,
    LimitError,
    NotFoundError,
    NoVaultError,
    StoreUnavailableError,
    UsageError,
    WrongPasswordError,
)
from notou.model import CONFIG_NAME, BlobKind, FileKind, ObjectName
from notou.stores.memory import MemoryStore
from notou.vault.repository import Vault
from notou.vault.snapshot import MOST_SNAPSHOT_BYTES
from tests.vault.places import PASSWORD, new_vault, place_of, put_pack, put_sealed, put_snapshot, same


class Gone(MemoryStore):
    """A place that is not there."""

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        raise StoreUnavailableError(f"{self.location} is not there now.")

    def get(self, name: ObjectName, *, most: int = 0) -> bytes:
        raise StoreUnavailableError(f"{self.location} is not there now.")

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        raise StoreUnavailableError(f"{self.location} is not there now.")


class Counting(MemoryStore):
    """Counts range reads."""

    ranges = 0

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        self.ranges += 1
        return super().get_range(name, offset, length)


def blob_id(plain: bytes) -> bytes:
    return hashlib.sha256(plain).digest()


def flip(store: MemoryStore, name: ObjectName, at: int = 20) -> None:
    data = bytearray(store.objects[name])
    data[at] ^= 1
    store.objects[name] = bytes(data)


def test_no_vault_and_a_wrong_password_are_told_apart() -> None:
    with pytest.raises(NoVaultError):
        Vault.open([MemoryStore()], PASSWORD)
    with pytest.raises(NoVaultError, match="not there"):
        Vault.open([Gone("disk")], PASSWORD)
    with pytest.raises(WrongPasswordError):
        Vault.open([place_of(new_vault())], "wrong")


def test_one_place_away_does_not_keep_the_other_from_opening() -> None:
    new = new_vault()
    vault = Vault.open([Gone("disk"), place_of(new)], PASSWORD)
    assert vault.config == new.config
    assert any("disk" in fault for fault in vault.faults)
    assert vault.snapshots() == []


def test_a_password_that_only_one_copy_knows_opens_all() -> None:
    new = new_vault()
    first, second = place_of(new, "a"), place_of(new, "b")
    first.delete(new.files[0][0])
    assert Vault.open([first, second], PASSWORD).config == new.config


def test_two_different_vaults_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"one.*two"):
        Vault.open([place_of(new_vault(), "one"), place_of(new_vault(), "two")], PASSWORD)


def test_a_damaged_config_at_one_copy_is_noted_and_at_all_is_an_error() -> None:
    new = new_vault()
    first, second = place_of(new, "a"), place_of(new, "b")
    flip(first, CONFIG_NAME)
    vault = Vault.open([first, second], PASSWORD)
    assert vault.config == new.config
    assert any("config at a" in fault for fault in vault.faults)
    flip(second, CONFIG_NAME)
    with pytest.raises(DamagedError):
        Vault.open([first, second], PASSWORD)


def test_a_key_left_by_a_broken_init_is_passed_over() -> None:
    new, broken = new_vault(), new_vault()
    place = place_of(new)
    place.put(*broken.files[0])
    assert Vault.open([place], PASSWORD).config == new.config


def test_a_vault_without_any_key_left_says_so() -> None:
    new = new_vault()
    place = place_of(new)
    place.delete(new.files[0][0])
    with pytest.raises(DamagedError, match="no key"):
        Vault.open([place], PASSWORD)


def test_index_and_snapshots_are_the_union_of_all_places() -> None:
    new = new_vault()
    first, second = place_of(new, "a"), place_of(new, "b")
    put_pack(first, new, [b"one"])
    put_pack(second, new, [b"two"])
    ids = [put_snapshot(first, new, 2), put_snapshot(second, new, 1)]
    vault = Vault.open([first, second], PASSWORD)
    assert [snapshot.id for snapshot in vault.snapshots()] == ids[::-1]
    assert vault.load_blobs(BlobKind.DATA, [blob_id(b"two"), blob_id(b"one")]) == [b"two", b"one"]
    assert vault.faults == []


@pytest.mark.parametrize("kind", [FileKind.INDEX, FileKind.SNAPSHOT])
def test_a_damaged_file_is_taken_from_the_other_copy_or_left_out_and_noted(kind: FileKind) -> None:
    new = new_vault()
    first = place_of(new, "a")
    put_pack(first, new, [b"one"])
    put_snapshot(first, new, 1)
    second = same(first, "b")
    name = ObjectName(kind, first.list(kind)[0][0])
    flip(first, name)
    for places, whole in (([first, second], True), ([first], False)):
        vault = Vault.open(places, PASSWORD)
        assert (len(vault.index), len(vault.snapshots())) == (
            int(whole or kind is not FileKind.INDEX),
            int(whole or kind is not FileKind.SNAPSHOT),
        )
        assert vault.faults


def test_a_damaged_blob_is_read_from_the_other_copy_or_is_an_error() -> None:
    new = new_vault()
    first = place_of(new, "a")
    pack = put_pack(first, new, [b"one", b"two"])
    second = same(first, "b")
    flip(first, pack)
    vault = Vault.open([first, second], PASSWORD)
    assert vault.load_blob(BlobKind.DATA, blob_id(b"one")) == b"one"
    assert vault.faults
    alone = Vault.open([first], PASSWORD)
    assert alone.load_blob(BlobKind.DATA, blob_id(b"two")) == b"two"
    with pytest.raises(DamagedError, match=blob_id(b"one").hex()[:16]):
        alone.load_blobs(BlobKind.DATA, [blob_id(b"two"), blob_id(b"one")])


def test_the_first_blobs_of_a_pack_cut_short_are_still_read() -> None:
    new = new_vault()
    place = place_of(new)
    pack = put_pack(place, new, [b"one", b"two"])
    place.objects[pack] = place.objects[pack][:40]
    vault = Vault.open([place], PASSWORD)
    assert vault.load_blob(BlobKind.DATA, blob_id(b"one")) == b"one"
    with pytest.raises(DamagedError):
        vault.load_blobs(BlobKind.DATA, [blob_id(b"one"), blob_id(b"two")])


def test_a_blob_also_in_another_pack_is_found_there() -> None:
    new = new_vault()
    place = place_of(new)
    packs = [put_pack(place, new, [b"one", b"two"]), put_pack(place, new, [b"one", b"three"])]
    for pack in packs:
        original = place.objects[pack]
        flip(place, pack)
        assert Vault.open([place], PASSWORD).load_blob(BlobKind.DATA, blob_id(b"one")) == b"one"
        place.objects[pack] = original


def test_a_blob_no_index_names_is_not_found() -> None:
    vault = Vault.open([place_of(new_vault())], PASSWORD)
    for read in (lambda: vault.load_blob(BlobKind.TREE, bytes(32)), lambda: vault.load_tree(bytes(32))):
        with pytest.raises(NotFoundError):
            read()
    with pytest.raises(NotFoundError):
        vault.load_trees_plain([bytes(32)])


def test_neighbours_are_read_in_one_request() -> None:
    new = new_vault()
    place = Counting()
    place.objects.update(place_of(new).objects)
    blobs = [b"%d" % number for number in range(200)]
    put_pack(place, new, blobs, BlobKind.TREE)
    vault = Vault.open([place], PASSWORD)
    asked = [blob_id(plain) for plain in [*blobs[::-1], blobs[0]]]
    assert vault.load_trees_plain(asked) == [*blobs[::-1], blobs[0]]
    assert place.ranges == 1
    assert vault.load_tree_plain(blob_id(b"7")) == b"7"
    assert place.ranges == 2


def test_what_is_too_large_together_is_refused_together_and_read_alone() -> None:
    new = new_vault()
    place = place_of(new)
    large = [bytes([number]) * (33 << 20) for number in range(2)]
    put_pack(place, new, large, BlobKind.TREE)
    vault = Vault.open([place], PASSWORD)
    with pytest.raises(LimitError, match="more than Notou holds at once"):
        vault.load_trees_plain([blob_id(plain) for plain in large])
    assert vault.load_tree_plain(blob_id(large[0])) == large[0]


def test_lost_and_cut_packs_are_no_ground_for_a_backup() -> None:
    new = new_vault()
    place = place_of(new)
    kept, cut, lost = (put_pack(place, new, [plain]) for plain in (b"kept", b"cut", b"lost"))
    sizes = dict(place.list(FileKind.PACK))
    held = {bytes.fromhex(kept.id): sizes[kept.id], bytes.fromhex(cut.id): sizes[cut.id] - 1}
    index = Vault.open([place], PASSWORD).load_index(held)
    assert [bytes.fromhex(kept.id)] == [pack_id for pack_id, _, _, _ in index.packs()]
    assert bytes.fromhex(lost.id) not in held


def test_a_whole_pack_and_its_own_header_are_read_verified() -> None:
    new = new_vault()
    place = place_of(new)
    blobs = [b"%d" % number for number in range(3000)]  # a header larger than is read at first
    pack = put_pack(place, new, blobs)
    vault = Vault.open([place], PASSWORD)
    pack_id, size = bytes.fromhex(pack.id), len(place.objects[pack])
    assert vault.pack_entries(pack_id, size) == vault.index.entries(pack_id)
    assert vault.fetch_pack(pack_id, size) == place.objects[pack]
    flip(place, pack, at=size - 1)
    with pytest.raises(DamagedError):
        vault.fetch_pack(pack_id, size)
    with pytest.raises(DamagedError):
        vault.pack_entries(pack_id, size)


def test_a_snapshot_that_decompresses_to_too_much_is_left_out_before_it_is_parsed() -> None:
    new = new_vault()
    store = place_of(new)
    good = put_snapshot(store, new, 5)
    plain = b'{"x":[' + b"[]," * (MOST_SNAPSHOT_BYTES // 3) + b"[]]}"
    bomb = put_sealed(store, new, FileKind.SNAPSHOT, plain)
    vault = Vault.open([store], PASSWORD)
    assert [each.id for each in vault.snapshots()] == [good]
    [fault] = vault.faults
    assert bomb[:8] in fault
    assert f"{MOST_SNAPSHOT_BYTES:,}" in fault
