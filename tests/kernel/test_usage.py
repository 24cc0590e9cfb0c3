"""Which blobs snapshots reach: marks fall on the lane's own copies, and nothing missing goes unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from notou.errors import DamagedError, NotFoundError
from notou.kernel.treejson import encode_tree
from notou.model import UNKNOWN_LANE, BlobKind, Lane, Node
from tests.kernel.work import LANES, entry, pack_entries

if TYPE_CHECKING:
    from types import ModuleType

PHOTOS, OTHER = bytes([1]) * 32, bytes([2]) * 32
ELSEWHERE, TREES = bytes([3]) * 32, bytes([4]) * 32


def blob(number: int) -> bytes:
    return entry(0, number).id


@pytest.fixture
def index(kernel: ModuleType) -> Any:
    """Blobs 1 to 3 in photos, 1 to 4 without a lane, 1 to 5 in documents; trees 7, 8 in photos."""
    made = kernel.Index(LANES)
    made.add_pack(ELSEWHERE, Lane.DOCUMENTS, pack_entries(0, [1, 2, 3, 4, 5]))
    made.add_pack(OTHER, UNKNOWN_LANE, pack_entries(0, [1, 2, 3, 4]))
    made.add_pack(PHOTOS, Lane.PHOTOS, pack_entries(0, [1, 2, 3], compressed=False))
    made.add_pack(TREES, Lane.PHOTOS, pack_entries(1, [7, 8]))
    return made


def tree(*content: int, subtree: int | None = None) -> bytes:
    nodes = [Node(b"\xff file", "file", content=tuple(map(blob, content)))]
    if subtree is not None:
        nodes.insert(0, Node(b"dir", "dir", subtree=blob(subtree)))
    return encode_tree(nodes)


def test_marks_fall_on_the_lanes_copy_else_the_unknown_lane_else_any(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    assert usage.mark_content(Lane.PHOTOS, tree(1, 4, 5)) == ([], [])
    assert [found.id for found in usage.used_entries(PHOTOS)] == [blob(1)]
    assert [found.id for found in usage.used_entries(OTHER)] == [blob(4)]
    assert [found.id for found in usage.used_entries(ELSEWHERE)] == [blob(5)]
    assert usage.packs() == [
        (ELSEWHERE, 1, 100, 4, 400),
        (OTHER, 1, 100, 3, 300),
        (PHOTOS, 1, 100, 2, 200),
        (TREES, 0, 0, 2, 200),
    ]
    assert usage.plain_bytes() == 68 + 304 + 305
    assert usage.missing() == []


def test_a_blob_named_twice_counts_once(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    usage.mark_content(Lane.PHOTOS, tree(1, 1, 1))
    usage.mark_content(Lane.PHOTOS, tree(1))
    assert usage.packs()[2] == (PHOTOS, 1, 100, 2, 200)
    assert usage.plain_bytes() == 68


def test_two_lanes_keep_their_own_copies(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    usage.mark_content(Lane.PHOTOS, tree(1))
    usage.mark_content(Lane.DOCUMENTS, tree(1))
    assert [row[1] for row in usage.packs()] == [1, 0, 1, 0]


def test_what_no_pack_holds_is_named_with_its_file(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    subtrees, faults = usage.mark_content(Lane.PHOTOS, tree(9, 1, 10, subtree=8))
    assert subtrees == [blob(8)]
    assert faults == [(b"\xff file", [blob(9), blob(10)])]
    assert usage.mark_tree(Lane.PHOTOS, blob(11))
    assert usage.missing() == [(BlobKind.DATA, blob(9)), (BlobKind.DATA, blob(10)), (BlobKind.TREE, blob(11))]


def test_a_tree_is_walked_once_a_lane(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    for tree_number in (7, 99):
        for lane in (Lane.PHOTOS, Lane.VIDEOS):
            assert usage.mark_tree(lane, blob(tree_number))
            assert not usage.mark_tree(lane, blob(tree_number))
    assert usage.packs()[3] == (TREES, 1, 100, 1, 100)


def test_packs_added_later_count_too(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    index.add_pack(bytes([5]) * 32, Lane.PHOTOS, pack_entries(0, [20]))
    usage.mark_content(Lane.PHOTOS, tree(20))
    assert usage.packs()[4] == (bytes([5]) * 32, 1, 100, 0, 0)
    assert len(usage.used_entries(bytes([5]) * 32)) == 1


def test_hostile_trees_and_unknown_packs_are_refused(kernel: ModuleType, index: Any) -> None:
    usage = kernel.Usage(index)
    for plain in (b"", b"[]", b'{"nodes":[7]}', b'{"nodes":' + b"[" * 100_000):
        with pytest.raises(DamagedError):
            usage.mark_content(Lane.PHOTOS, plain)
    with pytest.raises(NotFoundError):
        usage.used_entries(bytes(32))
