"""What Notou keeps in the vault without files, at real copies: read back, changed, and judged by restic."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from notou.errors import DamagedError
from notou.events import Event
from notou.jobs.init import initialize
from notou.jobs.keep import Change, change_kept, kept_in
from notou.jobs.places import open_vault
from notou.model import BlobKind, Lane
from notou.upkeep.retention import KEPT_REASON, Policy, decide
from notou.vault.kept import KeptSet
from notou.vault.repository import Vault
from notou.vault.selection import pick
from notou.vault.snapshot import Snapshot
from tests.support.program import Program
from tests.support.restic import Restic

PASSWORD = Program(Path("/nonexistent")).password
WALLET = KeptSet(Lane.WALLET, "/wallet")
CARD = KeptSet(Lane.MESSAGES, "/sim/8949")


class Desk:
    """Two copies of a vault, and who keeps things in them."""

    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        self.places = [str(tmp / "one"), str(tmp / "two")]
        self.environ = {"NOTOU_OUTBOX": str(tmp / "outbox")}
        self.events: list[Event] = []
        self.notou = Program(tmp / "home")
        initialize(self.places, PASSWORD, self.environ, self.events.append)

    def change(
        self, change: Change, wanted: KeptSet = WALLET, places: list[str] | None = None
    ) -> tuple[Snapshot, ...]:
        return change_kept(
            places or self.places, PASSWORD, {wanted: change}, self.environ, self.events.append
        ).snapshots

    def put(self, wanted: KeptSet = WALLET, places: list[str] | None = None, **items: bytes) -> None:
        self.change(lambda before: {**before, **items}, wanted, places)

    def read(self, wanted: KeptSet = WALLET, places: list[str] | None = None) -> dict[str, bytes]:
        return kept_in(open_vault(places or self.places, PASSWORD).vault, wanted, self.events.append).items

    def vault(self, place: int = 0) -> Vault:
        return open_vault([self.places[place]], PASSWORD).vault

    def restic(self, place: int = 0) -> Restic:
        return Restic(self.places[place], PASSWORD)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_what_is_kept_is_read_back_from_each_copy_alone(desk: Desk) -> None:
    desk.put(a=b"first", b=b"second")
    desk.change(lambda _: {"messages/1": b"hello"}, CARD)
    for place in desk.places:
        assert desk.read(places=[place]) == {"a": b"first", "b": b"second"}
        assert desk.read(CARD, places=[place]) == {"messages/1": b"hello"}


def test_restic_checks_lists_and_restores_what_is_kept(desk: Desk, tmp_path: Path) -> None:
    large = bytes(range(256)) * 3000
    desk.put(a=b"first", large=large)
    desk.put(a=b"changed")
    for place in (0, 1):
        desk.restic(place).run("check", "--read-data")
    desk.restic().run("restore", "latest", "--tag", "notou:wallet", "--target", tmp_path / "out")
    assert (tmp_path / "out/wallet/a").read_bytes() == b"changed"
    assert (tmp_path / "out/wallet/large").read_bytes() == large
    assert (tmp_path / "out/wallet/a").stat().st_mode & 0o777 == 0o600


def test_every_change_is_a_snapshot_made_of_the_one_before_and_history_stays(
    desk: Desk, tmp_path: Path
) -> None:
    desk.put(a=b"first")
    desk.put(a=b"second")
    first, second = desk.vault().snapshots()
    assert second.parent == bytes.fromhex(first.id)
    assert second.tags == ("notou:wallet", "notou:kept")
    desk.restic().run("restore", first.id, "--target", tmp_path / "old")
    assert (tmp_path / "old/wallet/a").read_bytes() == b"first"


def test_what_did_not_change_is_not_stored_again_and_no_change_makes_no_snapshot(desk: Desk) -> None:
    desk.put(a=bytes(range(256)) * 300, b=b"b")
    (changed,) = desk.change(lambda before: {**before, "b": b"B"})
    assert changed.summary is not None
    assert (changed.summary["data_blobs"], changed.summary["total_files_processed"]) == (1, 2)
    assert desk.change(lambda before: before) == ()
    assert desk.change(lambda _: {}, CARD) == ()
    assert len(desk.vault().snapshots()) == 2


def test_a_change_that_is_refused_changes_nothing(desk: Desk) -> None:
    desk.put(a=b"1")

    def refuse(_: Mapping[str, bytes]) -> Mapping[str, bytes]:
        raise LookupError

    with pytest.raises(LookupError):
        desk.change(refuse)
    assert desk.read() == {"a": b"1"}
    assert list((desk.tmp / "outbox").rglob("*.pack")) == []
    desk.put(b=b"2")


def test_two_disks_used_in_turn_are_joined_and_what_one_removed_stays_removed(desk: Desk) -> None:
    one, two = [desk.places[0]], [desk.places[1]]
    desk.put(shared=b"0", gone=b"0")
    away = desk.tmp / "away"
    Path(two[0]).rename(away)
    desk.put(places=one, on_one=b"1")
    desk.change(lambda before: {name: each for name, each in before.items() if name != "gone"}, places=one)
    Path(one[0]).rename(desk.tmp / "one-away")
    away.rename(two[0])
    desk.put(places=two, on_two=b"2")
    (desk.tmp / "one-away").rename(one[0])
    joined = {"shared": b"0", "on_one": b"1", "on_two": b"2"}
    assert desk.read() == joined
    desk.change(lambda before: {**before, "later": b"3"})
    for place in desk.places:
        assert desk.read(places=[place]) == {**joined, "later": b"3"}
        assert {one.kept for one in pick(desk.vault().snapshots(), "latest")} == {True}


def test_what_cannot_be_read_is_told_and_never_lost_by_a_change(desk: Desk) -> None:
    one, two = Path(desk.places[0]), Path(desk.places[1])
    desk.put(a=b"1")
    packs = sorted(one.glob("data/*/*"))
    shutil.rmtree(two)
    for pack in packs:
        pack.rename(pack.with_name("hidden-" + pack.name))
    found = kept_in(open_vault([str(one)], PASSWORD).vault, WALLET, desk.events.append)
    assert (found.items, found.incomplete) == ({}, True)
    with pytest.raises(DamagedError, match="nothing was changed"):
        desk.put(places=[str(one)], b=b"2")
    for pack in packs:
        pack.with_name("hidden-" + pack.name).rename(pack)
    desk.put(places=[str(one)], b=b"2")
    assert desk.read(places=[str(one)]) == {"a": b"1", "b": b"2"}


def test_after_restic_repaired_the_index_and_pruned_what_is_kept_can_be_changed(desk: Desk) -> None:
    one = [desk.places[0]]
    desk.put(places=one, a=b"1", b=bytes(range(256)) * 300)
    desk.put(places=one, a=b"2")
    desk.restic().run("repair", "index", "--read-all-packs")
    desk.restic().run("forget", "--keep-last", "1", "--prune", "--max-unused", "0")
    desk.put(a=b"3")
    for place in desk.places:
        assert desk.read(places=[place]) == {"a": b"3", "b": bytes(range(256)) * 300}
    for number in (0, 1):
        desk.restic(number).run("check", "--read-data")


def test_latest_brings_files_and_what_is_kept_alone(desk: Desk, tmp_path: Path) -> None:
    home = tmp_path / "home" / "papers"
    home.mkdir(parents=True)
    (home / "letter.txt").write_text("Dear Ana")
    to = [word for place in desk.places for word in ("--to", place)]
    for _ in range(2):
        desk.put(a=b"before")
        desk.notou.run("backup", home, *to)
        desk.put(a=b"after")
    place = ["--from", desk.places[1]]
    desk.notou.run("restore", "latest", *place, "--target", tmp_path / "out")
    assert (tmp_path / "out/wallet/a").read_bytes() == b"after"
    assert (tmp_path / "out" / str(home)[1:] / "letter.txt").read_text() == "Dear Ana"
    desk.notou.run("restore", "latest~1", *place, "--target", tmp_path / "earlier")
    assert (tmp_path / "earlier/wallet/a").read_bytes() == b"before"
    assert (tmp_path / "earlier" / str(home)[1:] / "letter.txt").exists()
    desk.notou.run("restore", "latest~2", *place, "--target", tmp_path / "none", expect=1)
    desk.notou.run("restore", "latest", *place, "--class", "documents", "--target", tmp_path / "papers")
    assert not (tmp_path / "papers/wallet").exists()
    assert desk.notou.run("dump", "latest", "/wallet/a", *place).stdout == "after"
    assert "Dear Ana" in desk.notou.run("dump", "latest", home / "letter.txt", *place).stdout


def test_latest_of_a_vault_without_files_is_what_is_kept(desk: Desk, tmp_path: Path) -> None:
    desk.put(a=b"1")
    desk.notou.run("restore", "latest", "--from", desk.places[0], "--target", tmp_path / "out")
    assert (tmp_path / "out/wallet/a").read_bytes() == b"1"


def test_forgetting_by_policy_weighs_what_is_kept_by_itself_and_leaves_its_newest(desk: Desk) -> None:
    desk.put(a=b"1")
    desk.put(a=b"2")
    folder = Path(desk.tmp / "wallet")
    folder.mkdir()
    (folder / "eSIM.txt").write_text("x")
    to = [word for place in desk.places for word in ("--to", place)]
    for _ in range(3):
        desk.notou.run("backup", folder, "--class", "wallet", "--tag", "holiday", *to)
    of_kept = [
        one for one in decide(desk.vault().snapshots(), Policy(last=1), 2**62) if one.paths == ("/wallet",)
    ]
    assert [(len(one.kept), len(one.removed)) for one in of_kept] == [(1, 1)]
    (by_tag,) = [
        one
        for one in decide(desk.vault().snapshots(), Policy(tags=(("holiday",),)), 2**62)
        if one.paths == ("/wallet",)
    ]
    assert [each.reasons for each in by_tag.kept] == [(KEPT_REASON,)]
    desk.notou.run("forget", *to, "--keep-tag", "holiday", "--prune")
    assert desk.read() == {"a": b"2"}
    assert [one.kept for one in desk.vault().snapshots()].count(True) == 1


def test_forgetting_by_policy_leaves_what_either_of_two_disks_used_in_turn_holds_alone(desk: Desk) -> None:
    one, two = [desk.places[0]], [desk.places[1]]
    desk.put(shared=b"0")
    Path(two[0]).rename(desk.tmp / "away")
    desk.put(places=one, on_one=b"1")
    Path(one[0]).rename(desk.tmp / "one-away")
    (desk.tmp / "away").rename(two[0])
    desk.put(places=two, on_two=b"2")
    (desk.tmp / "one-away").rename(one[0])
    to = [word for place in desk.places for word in ("--to", place)]
    everything = {"shared": b"0", "on_one": b"1", "on_two": b"2"}
    desk.notou.run("forget", *to, "--keep-last", "1", "--prune")
    assert desk.read() == everything
    desk.put(shared=b"3")  # made of both: from here on either alone is history
    desk.notou.run("forget", *to, "--keep-last", "1", "--prune")
    assert desk.read() == {**everything, "shared": b"3"}
    assert len(desk.vault().snapshots()) == 1


def test_forgetting_by_policy_leaves_what_cannot_be_read_now(desk: Desk) -> None:
    desk.put(a=b"1")
    desk.put(b=b"2")
    desk.put(c=b"3")
    first, second, third = desk.vault().snapshots()
    to = [word for place in desk.places for word in ("--to", place)]
    desk.notou.run("forget", second.id, *to)
    trees = {pack for place in desk.places for pack in _packs_of(desk, place, third)}
    for pack in trees:
        pack.rename(pack.with_name("hidden-" + pack.name))
    desk.notou.run("forget", *to, "--keep-last", "1")
    assert [one.id for one in desk.vault().snapshots()] == [first.id, third.id]
    for pack in trees:
        pack.with_name("hidden-" + pack.name).rename(pack)
    desk.notou.run("forget", *to, "--keep-last", "1")
    assert [one.id for one in desk.vault().snapshots()] == [third.id]


def _packs_of(desk: Desk, place: str, snapshot: Snapshot) -> list[Path]:
    """The packs that hold the tree of a snapshot."""
    (found,) = desk.vault().index.find(BlobKind.TREE, snapshot.tree)
    return list(Path(place).glob(f"data/*/{found.pack_id.hex()}"))


def test_what_a_repaired_state_lost_is_there_as_the_state_before_it_had_it(desk: Desk) -> None:
    one = [desk.places[0]]
    desk.put(places=one, a=b"1", b=b"2")
    before = set(Path(one[0]).glob("data/*/*"))
    desk.put(places=one, a=b"3")
    trees = _packs_of(desk, one[0], desk.vault().snapshots()[-1])
    for pack in set(Path(one[0]).glob("data/*/*")) - before - set(trees):
        pack.unlink()
    desk.notou.run("forget", "--keep-last", "1", "--prune", "--to", one[0], expect=1)
    assert len(desk.vault().snapshots()) == 2
    desk.notou.run("repair", "index", "--to", one[0])
    desk.notou.run("repair", "snapshots", "--to", one[0])
    assert desk.read(places=one) == {"a": b"1", "b": b"2"}
    desk.notou.run("repair", "snapshots", "--forget", "--to", one[0])
    desk.put(places=one, d=b"4")
    desk.notou.run("forget", "--keep-last", "1", "--prune", "--to", one[0])
    assert desk.read(places=one) == {"a": b"1", "b": b"2", "d": b"4"}


def test_while_the_newest_state_cannot_be_read_no_policy_takes_an_earlier_one(desk: Desk) -> None:
    one = [desk.places[0]]
    desk.put(places=one, a=b"1")
    desk.put(places=one, b=b"2")
    for pack in _packs_of(desk, one[0], desk.vault().snapshots()[-1]):
        pack.unlink()
    desk.notou.run("repair", "index", "--to", one[0])
    desk.notou.run("forget", "--keep-last", "1", "--to", one[0])
    desk.notou.run("repair", "snapshots", "--forget", "--to", one[0])
    assert desk.read(places=one) == {"a": b"1"}


def test_latest_is_never_taken_for_what_is_kept_alone_when_snapshots_are_forgotten(
    desk: Desk, tmp_path: Path
) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "letter.txt").write_text("Dear Ana")
    to = [word for place in desk.places for word in ("--to", place)]
    desk.put(a=b"1")
    desk.notou.run("forget", "latest", *to, expect=1)
    desk.notou.run("backup", papers, *to)
    desk.notou.run("forget", "latest", *to, "--prune")
    assert desk.read() == {"a": b"1"}
    (kept,) = desk.vault().snapshots()
    assert kept.kept
    desk.notou.run("forget", kept.short_id, *to)
    assert desk.read() == {}


def test_a_backup_of_a_folder_of_the_same_name_is_another_group(desk: Desk) -> None:
    desk.put(a=b"1")
    (kept,) = desk.vault().snapshots()
    folder = Snapshot(
        kept.time_ns + 1, kept.tree, kept.paths, kept.hostname, tags=("notou:wallet",), id="ab" * 32
    )
    decided = decide([kept, folder], Policy(last=1), 2**62)
    assert [(len(one.kept), len(one.removed)) for one in decided] == [(1, 0), (1, 0)]
