"""Cut rules, parents, sorting: what needs no vault."""

from __future__ import annotations

import os

import pytest

from notou.backup.cut_rules import CUT_RULES
from notou.backup.parents import find_parents
from notou.backup.publishing import _portions
from notou.kernel import cut
from notou.model import Lane
from notou.vault.snapshot import Snapshot, lane_tags

RESTIC_MOST = 8 * 1024 * 1024


@pytest.mark.parametrize("lane", list(Lane))
def test_no_class_is_cut_into_pieces_larger_than_restics_own(lane: Lane) -> None:
    kind, least, mask_bits, most = CUT_RULES[lane]
    assert max(least, most) <= RESTIC_MOST
    if kind == "content":
        assert least == 1 << mask_bits
    data = b"BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n" * 3000
    assert sum(cut(CUT_RULES[lane], bytes(32), data)) == len(data)


def snapshot(
    time_ns: int, lane: Lane, *, partial: bool = False, host: str = "h", path: str = "/a"
) -> Snapshot:
    return Snapshot(time_ns, os.urandom(32), (path,), hostname=host, tags=lane_tags(lane, partial=partial))


def test_the_parents_are_the_newest_whole_snapshot_and_a_younger_partial_one() -> None:
    old, new = snapshot(1, Lane.PHOTOS), snapshot(3, Lane.PHOTOS)
    early, late = snapshot(2, Lane.PHOTOS, partial=True), snapshot(4, Lane.PHOTOS, partial=True)
    assert find_parents([old, early, new, late], "h", ["/a"])[Lane.PHOTOS].chain == (new, late)
    assert find_parents([old, early, new], "h", ["/a"])[Lane.PHOTOS].chain == (new,)
    assert find_parents([early, late], "h", ["/a"])[Lane.PHOTOS].chain == (late,)


def test_snapshots_of_other_hosts_paths_or_programs_are_no_parents() -> None:
    others = [
        snapshot(1, Lane.PHOTOS, host="other"),
        snapshot(2, Lane.PHOTOS, path="/b"),
        Snapshot(3, bytes(32), ("/a",), hostname="h"),
    ]
    assert find_parents(others, "h", ["/a"]) == {}


def test_an_index_file_names_at_most_50000_blobs_and_never_half_a_pack() -> None:
    blobs = {bytes([number]): count for number, count in enumerate((30_000, 20_000, 1, 60_000, 5))}
    assert [[pack[0] for pack in portion] for portion in _portions(list(blobs), blobs)] == [
        [0, 1],
        [2],
        [3],
        [4],
    ]
