"""Both indexes give the same answers and write the same bytes; hostile index files are refused."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.errors import DamagedError, NotFoundError, UsageError
from notou.kernel import reference
from notou.model import MOST_DATA_BYTES, MOST_TREE_BYTES, UNKNOWN_LANE, BlobKind, BlobPlace, Lane
from tests.kernel.conftest import native_kernel
from tests.kernel.work import LANES, entry, pack_entries

if TYPE_CHECKING:
    from types import ModuleType


def pack_id(number: int) -> bytes:
    return bytes([number]) * 32


def filled(kernel: ModuleType, seed: int = 4) -> Any:
    """Ten packs of three lanes and of no lane, with blobs in several of them."""
    rng = random.Random(seed)
    index = kernel.Index(LANES)
    for number in range(10):
        lane = rng.choice([Lane.PHOTOS, Lane.DOCUMENTS, UNKNOWN_LANE])
        blobs = pack_entries(number % 2, rng.sample(range(40), 12), compressed=number % 3 > 0)
        index.add_pack(pack_id(number), lane, blobs)
    return index


def test_both_give_the_same_answers(native: ModuleType) -> None:
    mine, other = filled(reference), filled(native)
    assert mine.packs() == other.packs()
    assert len(mine) == len(other) == 120
    for number in range(10):
        assert mine.entries(pack_id(number)) == other.entries(pack_id(number))
    ids = b"".join(entry(0, number).id for number in range(45))
    for kind in BlobKind:
        assert mine.find_many(kind, ids) == other.find_many(kind, ids)
        for number in range(45):
            blob_id = entry(0, number).id
            assert mine.find(kind, blob_id) == other.find(kind, blob_id)


def test_both_write_the_same_bytes_and_read_each_others(pair: tuple[ModuleType, ModuleType]) -> None:
    writer, reader = pair
    for lane in (Lane.PHOTOS, UNKNOWN_LANE):
        ids = [pack_id(number) for number in (3, 1, 7)]
        plain = filled(writer).encode(ids, lane)
        assert plain == filled(reader).encode(ids, lane)
        index = reader.Index(LANES)
        assert index.load(plain) == (ids, [])
        assert [(row[0], row[1]) for row in index.packs()] == [(one, lane) for one in ids]
        assert index.entries(ids[0]) == filled(writer).entries(ids[0])
        assert index.encode(ids, lane) == plain


def test_an_index_file_is_written_as_restic_writes_it_with_the_lane_at_the_end(kernel: ModuleType) -> None:
    index = kernel.Index(LANES)
    index.add_pack(pack_id(1), Lane.PHOTOS, [entry(0, 1, 0, 40), entry(1, 2, 40, 50, 70)])
    assert index.encode([pack_id(1)], Lane.PHOTOS).decode() == (
        f'{{"packs":[{{"id":"{"01" * 32}","blobs":['
        f'{{"id":"{1:064x}","type":"data","offset":0,"length":40}},'
        f'{{"id":"{2:064x}","type":"tree","offset":40,"length":50,"uncompressed_length":70}}]}}],'
        '"lane":"photos"}\n'
    )


def test_a_blob_in_several_packs_is_found_in_each(kernel: ModuleType) -> None:
    index = kernel.Index(LANES)
    for number, lane in enumerate((Lane.PHOTOS, Lane.VIDEOS, UNKNOWN_LANE)):
        index.add_pack(pack_id(number), lane, [entry(0, 1)])
    blob_id = entry(0, 1).id
    assert index.find(0, blob_id)[1] == BlobPlace(pack_id(1), Lane.VIDEOS, 0, 100, 0)
    assert [place.lane for place in index.find(0, blob_id)] == [Lane.PHOTOS, Lane.VIDEOS, UNKNOWN_LANE]
    assert index.find(1, blob_id) == []


def test_a_known_pack_is_not_added_twice(kernel: ModuleType) -> None:
    index = kernel.Index(LANES)
    index.add_pack(pack_id(1), Lane.PHOTOS, pack_entries(0, [1, 2]))
    plain = index.encode([pack_id(1)], Lane.VIDEOS)
    assert index.load(plain) == ([pack_id(1)], [])
    assert len(index) == 2
    assert index.packs() == [(pack_id(1), Lane.PHOTOS, 2, 200)]


def test_only_packs_of_no_lane_are_adopted(kernel: ModuleType) -> None:
    index = kernel.Index(LANES)
    index.add_pack(pack_id(1), UNKNOWN_LANE, pack_entries(0, [1]))
    index.add_pack(pack_id(2), Lane.VIDEOS, pack_entries(0, [2]))
    index.adopt([pack_id(1), pack_id(2)], Lane.PHOTOS)
    assert [row[1] for row in index.packs()] == [Lane.PHOTOS, Lane.VIDEOS]
    with pytest.raises(NotFoundError):
        index.adopt([pack_id(3)], Lane.PHOTOS)


def test_what_is_not_there_is_said(kernel: ModuleType) -> None:
    index = filled(kernel)
    with pytest.raises(NotFoundError):
        index.entries(pack_id(99))
    with pytest.raises(NotFoundError):
        index.encode([pack_id(99)], Lane.PHOTOS)
    with pytest.raises(UsageError):
        index.find_many(0, bytes(33))
    assert index.memory_bytes() > 0


def blob_of(**fields: Any) -> dict[str, Any]:
    return {"id": "ab" * 32, "type": "data", "offset": 0, "length": 40, **fields}


def file_of(blob: dict[str, Any], **fields: Any) -> bytes:
    known = blob_of(**blob)
    given = {key: value for key, value in known.items() if value is not None}
    return json.dumps({"packs": [{"id": "cd" * 32, "blobs": [given]}], **fields}).encode()


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"packs":7}',
        b'{"packs":[7]}',
        b'{"packs":[{"id":"ab","blobs":[]}]}',
        b'{"packs":' + b"[" * 100_000,
        file_of({"id": "zz" * 32}),
        file_of({"type": "video"}),
        file_of({"type": None}),
        file_of({"offset": -1}),
        file_of({"offset": None}),
        file_of({"length": 1.5}),
        file_of({"length": "40"}),
        file_of({"length": 10**40}),
        file_of({"uncompressed_length": -1}),
        file_of({}, lane=7),
    ],
)
def test_a_hostile_index_file_is_damage_and_adds_nothing(kernel: ModuleType, plain: bytes) -> None:
    index = kernel.Index(LANES)
    with pytest.raises(DamagedError):
        index.load(plain)
    assert index.packs() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"offset": 2**32 - 10},
        {"offset": 2**64 - 1},
        {"length": 31},
        {"length": 2**40},
        {"uncompressed_length": MOST_DATA_BYTES + 1},
        {"type": "tree", "uncompressed_length": MOST_TREE_BYTES + 1},
    ],
)
def test_a_blob_that_cannot_be_costs_its_own_pack_only(kernel: ModuleType, wrong: dict[str, Any]) -> None:
    blobs = [[blob_of()], [blob_of(), blob_of(**wrong)], [blob_of()]]
    packs = [{"id": f"{number:064x}", "blobs": each} for number, each in enumerate(blobs)]
    index = kernel.Index(LANES)
    named, [left_out] = index.load(json.dumps({"packs": packs}).encode())
    assert named == [row[0] for row in index.packs()] == [bytes(32), bytes(31) + b"\2"]
    assert left_out.startswith(f"The pack {1:064x}: The blob {'ab' * 32} ")


@pytest.mark.parametrize(("kind", "most"), [("data", MOST_DATA_BYTES), ("tree", MOST_TREE_BYTES)])
def test_the_largest_blobs_are_as_large_in_both_kernels_as_the_model_says(
    kernel: ModuleType, kind: str, most: int
) -> None:
    _, left_out = kernel.Index(LANES).load(file_of({"type": kind, "uncompressed_length": most}))
    assert left_out == []
    _, left_out = kernel.Index(LANES).load(file_of({"type": kind, "uncompressed_length": most + 1}))
    assert f"more than the {most:,} " in left_out[0]


def test_an_unknown_lane_and_what_others_write_are_read(kernel: ModuleType) -> None:
    index = kernel.Index(LANES)
    index.load(file_of({}, lane="spells", supersedes=["x"], packs_to_delete=[{"id": 7}]))
    assert index.packs()[0][1] == UNKNOWN_LANE
    assert kernel.Index(LANES).load(b'{"packs":null}') == ([], [])


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["packs", "id", "blobs", "type", "offset", "length", "lane"]), inner
            )
        ),
    )
)
def test_any_json_is_taken_or_refused_by_both(value: object) -> None:
    assert_both_answer_alike(json.dumps({"packs": value}).encode())


NUMBERS = st.sampled_from([0, 31, 32, 40, MOST_DATA_BYTES, MOST_TREE_BYTES, 2**32 - 40]) | st.integers(
    -1, 2**64
)
BLOBS = st.builds(
    blob_of,
    type=st.sampled_from(["data", "tree"]),
    offset=NUMBERS,
    length=NUMBERS,
    uncompressed_length=NUMBERS,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(BLOBS, max_size=2), max_size=3))
def test_the_same_packs_are_left_out_by_both_with_the_same_words(blobs: list[list[dict[str, Any]]]) -> None:
    packs = [{"id": f"{number:064x}", "blobs": each} for number, each in enumerate(blobs)]
    assert_both_answer_alike(json.dumps({"packs": packs}).encode())


def assert_both_answer_alike(plain: bytes) -> None:
    answers = []
    for kernel in (reference, native_kernel()):
        try:
            answers.append(kernel.Index(LANES).load(plain))
        except DamagedError:
            answers.append(None)
    assert answers[0] == answers[1]
