"""Which ranges are read: each blob once, near ones together, never more than memory allows."""

from __future__ import annotations

from notou.model import BlobPlace
from notou.restore.patterns import Patterns
from notou.restore.plan import GAP_BYTES, RANGE_BYTES, plan_reads

PACK, OTHER = b"p" * 32, b"q" * 32


def blob(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_neighbours_are_one_read_and_files_know_their_offsets() -> None:
    places = [BlobPlace(PACK, 0, 100, 42, 0), BlobPlace(PACK, 0, 0, 100, 500), BlobPlace(PACK, 0, 100, 42, 0)]
    plan = plan_reads([blob(1) + blob(2), blob(1)], places)
    (read,) = plan.reads
    assert (read.offset, read.length, plan.sizes) == (0, 142, [510, 10])
    assert [entry.id for entry in read.entries] == [blob(2), blob(1)]
    uses = {(read.entries[entry].id, read.numbers[file], at) for entry, file, at in read.placements}
    assert uses == {(blob(2), 0, 10), (blob(1), 0, 0), (blob(1), 1, 0)}


def test_far_blobs_and_other_packs_are_reads_of_their_own() -> None:
    far = 1000 + GAP_BYTES + 1
    places = [BlobPlace(PACK, 0, 0, 1000, 0), BlobPlace(PACK, 0, far, 50, 0), BlobPlace(OTHER, 0, 0, 50, 0)]
    plan = plan_reads([blob(1), blob(2), blob(3)], places)
    assert [(read.pack_id, read.offset, read.length) for read in plan.reads] == [
        (PACK, 0, 1000),
        (PACK, far, 50),
        (OTHER, 0, 50),
    ]


def test_a_read_is_bounded_in_what_it_opens_to_whatever_the_index_declares() -> None:
    places = [BlobPlace(PACK, 0, 100 * each, 100, RANGE_BYTES) for each in range(10)]
    plan = plan_reads([blob(each) for each in range(10)], places)
    assert all(read.plain_bytes <= 2 * RANGE_BYTES for read in plan.reads)
    assert len(plan.reads) == 5


def test_a_file_with_a_lost_blob_is_named_and_not_read() -> None:
    plan = plan_reads(
        [blob(1) + blob(2), blob(3)], [BlobPlace(PACK, 0, 0, 50, 0), None, BlobPlace(PACK, 0, 50, 50, 0)]
    )
    assert plan.lost == [(0, blob(2))]
    assert [read.numbers for read in plan.reads] == [[1]]


def test_patterns_mean_what_gitignore_means() -> None:
    def taken(pattern: bytes, path: bytes) -> bool:
        return Patterns([pattern]).matches(path)

    assert taken(b"*.txt", b"/a/b.txt")
    assert taken(b"b", b"/a/b/c")
    assert not taken(b"/b", b"/a/b")
    assert taken(b"/a/*/c", b"/a/b/c/d")
    assert not taken(b"/a/*/c", b"/a/b/x/c")
    assert taken(b"/a/**/c", b"/a/b/x/c")
    assert taken(b"/a/**/c", b"/a/c")
    assert taken(b"[!a]x", b"/bx")
    assert not taken(b"[!a]x", b"/ax")
    assert taken(b"a\\*b", b"/a*b")
    assert not taken(b"a\\*b", b"/axb")
    assert taken(b"\xff*", b"/\xff1")


def test_the_last_pattern_that_matches_decides() -> None:
    patterns = Patterns([b"*.txt", b"!keep.txt"])
    assert patterns.matches(b"/a.txt")
    assert not patterns.matches(b"/keep.txt")


def test_a_folder_is_entered_only_when_something_below_may_match() -> None:
    patterns = Patterns([b"/a/*/c"])
    assert patterns.may_match_below(b"/a")
    assert patterns.may_match_below(b"/a/b")
    assert not patterns.may_match_below(b"/b")
    assert Patterns([b"c"]).may_match_below(b"/anything")
