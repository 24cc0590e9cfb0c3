"""The outbox keeps finished packs, under their lane, until they are dropped."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from notou.copies.outbox import Outbox, OutboxPack
from notou.errors import LockedError, NotFoundError, UsageError


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(os.fsencode(tmp_path / "state" / "outbox"))


def finished(outbox: Outbox, data: bytes) -> bytes:
    pack_id = hashlib.sha256(data).digest()
    Path(os.fsdecode(outbox.path), pack_id.hex()).write_bytes(data)
    return pack_id


@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_the_folder_and_those_made_above_it_are_for_their_owner_only(tmp_path: Path, umask: int) -> None:
    there = tmp_path / "there"
    there.mkdir(0o755)
    before = os.umask(umask)
    try:
        outbox = Outbox(os.fsencode(there / "state" / "notou" / "outbox"))
        outbox.claim(finished(outbox, b"photos"), 5)
    finally:
        os.umask(before)
    made = [path for path in there.rglob("*") if path.is_dir()]
    assert len(made) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700}
    assert stat.S_IMODE(there.stat().st_mode) == 0o755


def test_a_file_in_the_way_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_bytes(b"")
    with pytest.raises(FileExistsError):
        Outbox(os.fsencode(tmp_path / "outbox"))


def test_a_claimed_pack_is_known_by_lane_also_to_the_next_run(outbox: Outbox) -> None:
    photos, wallet = finished(outbox, b"photos"), finished(outbox, b"wallet")
    outbox.claim(photos, 5)
    assert outbox.claim(wallet, 0) == OutboxPack(wallet, 0, 6)
    assert outbox.claim(wallet, 0) == OutboxPack(wallet, 0, 6)
    assert Outbox(outbox.path).packs() == [OutboxPack(wallet, 0, 6), OutboxPack(photos, 5, 6)]
    assert Path(os.fsdecode(outbox.path_of(photos))).read_bytes() == b"photos"


def test_a_dropped_pack_is_gone_and_dropping_again_is_fine(outbox: Outbox) -> None:
    pack_id = finished(outbox, b"x")
    outbox.claim(pack_id, 7)
    outbox.drop(pack_id)
    outbox.drop(pack_id)
    assert outbox.packs() == []
    with pytest.raises(NotFoundError):
        outbox.path_of(pack_id)
    with pytest.raises(NotFoundError):
        outbox.claim(pack_id, 7)


def test_sweeping_drops_what_a_crash_left_half_done(outbox: Outbox) -> None:
    whole, cut, unclaimed = (finished(outbox, data) for data in (b"whole", b"cut", b"unclaimed"))
    outbox.claim(whole, 1)
    outbox.claim(cut, 1)
    Path(os.fsdecode(outbox.path_of(cut))).write_bytes(b"c")
    Path(os.fsdecode(outbox.path), "half.tmp").write_bytes(b"")
    outbox.sweep()
    assert [pack.id for pack in outbox.packs()] == [whole]
    assert not Path(os.fsdecode(outbox.path), unclaimed.hex()).exists()
    assert not Path(os.fsdecode(outbox.path), "half.tmp").exists()


def test_one_run_at_a_time_holds_the_outbox(outbox: Outbox) -> None:
    with outbox.held(), pytest.raises(LockedError, match="Another backup"), Outbox(outbox.path).held():
        pass
    with outbox.held():
        pass


def test_an_outbox_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(UsageError, match="Others may write"):
        Outbox(os.fsencode(folder))


def test_a_link_in_the_place_of_a_lanes_folder_leads_nowhere(outbox: Outbox, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / ("ab" * 32)).write_bytes(b"mine")
    os.symlink(foreign, os.path.join(outbox.path, b"9"))
    outbox.sweep()
    assert outbox.packs() == []
    assert (foreign / ("ab" * 32)).exists()
