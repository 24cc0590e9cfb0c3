"""Both kernels cut alike, whatever the rule and the code path; cuts follow the content and the key."""

from __future__ import annotations

import io
import random
import struct
from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.errors import UsageError
from notou.kernel import reference
from notou.kernel.reference.cut import new_cutter, pieces
from notou.kernel.reference.cut.secret import Secret

if TYPE_CHECKING:
    from types import ModuleType

KEY = bytes(range(32))
KIB = 1 << 10
RULES = {
    "content": ("content", 64, 8, 2000),
    "content, few bits": ("content", 100, 3, 150),
    "content, no bits": ("content", 64, 0, 64),
    "content, large": ("content", 16 * KIB, 15, 256 * KIB),
    "pages": ("pages", 1000, 0, 0),
    "records": ("records", 64, 1, 1500),
    "records, every one": ("records", 64, 0, 300),
    "photo": ("photo", 0, 0, 256 * KIB),
}


def jpeg(rng: random.Random, caption: bytes, image: int) -> bytes:
    segments = [b"\xff\xe1", b"\xff\xe2", b"\xff\xfe"]
    bodies = [caption, rng.randbytes(500), b"by me"]
    head = b"".join(
        kind + struct.pack(">H", 2 + len(body)) + body for kind, body in zip(segments, bodies, strict=True)
    )
    return b"\xff\xd8" + head + b"\xff\xdb\x00\x43" + rng.randbytes(image)


def png(rng: random.Random, caption: bytes, image: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + b"crc!"

    rows = [chunk(b"IDAT", rng.randbytes(image // 3)) for _ in range(3)]
    parts = [chunk(b"IHDR", bytes(13)), chunk(b"tEXt", caption), *rows, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def heif(rng: random.Random, caption: bytes, image: int) -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + kind + body

    return box(b"ftyp", b"heic" + bytes(8)) + box(b"meta", caption) + box(b"mdat", rng.randbytes(image))


def records(rng: random.Random, count: int) -> bytes:
    return b"".join(
        b"BEGIN:VCARD\r\nFN:%s\r\nNOTE:%s\r\nEND:VCARD\r\n"
        % (rng.randbytes(8).hex().encode(), b"n" * rng.randrange(200))
        for _ in range(count)
    )


def files() -> dict[str, bytes]:
    rng = random.Random(7)
    print("seed 7")
    return {
        "nothing": b"",
        "one byte": b"x",
        "63 bytes": rng.randbytes(63),
        "64 bytes": rng.randbytes(64),
        "65 bytes": rng.randbytes(65),
        "zeros": bytes(10_000),
        "noise": rng.randbytes(300_001),
        "text": b"the lagoon and the barrier reef " * 2000,
        "records": records(rng, 400),
        "records and noise": records(rng, 20) + rng.randbytes(4000) + b"\n" + records(rng, 20),
        "records after another": b"\nBEGIN:V" * 3000,
        "jpeg": jpeg(rng, b"a caption", 700_000),
        "jpeg, cut short": jpeg(rng, b"a caption", 10)[:-20],
        "jpeg, metadata without end": b"\xff\xd8" + b"\xff\xe1\xff\xff" * 100 + bytes(300_000),
        "jpeg, broken": b"\xff\xd8\xff\xe1\x00\x01" + rng.randbytes(300_000),
        "png": png(rng, b"a caption", 900_000),
        "png, broken": png(rng, b"a caption", 900_000)[:500_000] + rng.randbytes(300_000),
        "heif": heif(rng, b"a caption", 800_000),
        "heif, large box": struct.pack(">I4s", 16, b"ftyp")
        + bytes(8)
        + struct.pack(">I4sQ", 1, b"mdat", 400_000)
        + rng.randbytes(600_000),
        "heif, hostile sizes": struct.pack(">I4s", 16, b"ftyp")
        + bytes(8)
        + struct.pack(">I4sQ", 1, b"skip", 2**64 - 1)
        + rng.randbytes(300_000),
    }


FILES = files()


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("rule", RULES)
def test_every_code_path_of_the_native_kernel_cuts_as_the_reference(
    native: ModuleType, rule: str, file: str
) -> None:
    expected = reference.cut(RULES[rule], KEY, FILES[file])
    assert sum(expected) == len(FILES[file])
    before = native.cpu_path()
    try:
        for path in native.cpu_paths():
            native.use_cpu_path(path)
            assert native.cut(RULES[rule], KEY, FILES[file]) == expected, path
    finally:
        native.use_cpu_path(before)


def mixtures() -> st.SearchStrategy[bytes]:
    fragments = st.one_of(
        st.binary(max_size=200),
        st.sampled_from([b"\nBEGIN:VCARD", b"\nBEGIN:V", bytes(100), b"\xff\xd8\xff\xe1\x00\x10", b"ftyp"]),
        st.integers(0, 2**32).map(lambda seed: random.Random(seed).randbytes(3000)),
    )
    return st.lists(fragments, max_size=12).map(b"".join)


@settings(max_examples=40, deadline=None)
@given(data=mixtures(), key=st.binary(min_size=32, max_size=32))
def test_any_bytes_are_cut_alike(data: bytes, key: bytes) -> None:
    from tests.kernel.conftest import native_kernel

    native = native_kernel()
    for rule in RULES.values():
        assert native.cut(rule, key, data) == reference.cut(rule, key, data), rule


def read_some(stream: io.BytesIO, rng: random.Random, _: int) -> bytes:
    return stream.read(rng.randrange(1, 70_000))


@pytest.mark.parametrize("rule", RULES)
def test_it_does_not_matter_in_what_portions_a_file_arrives(rule: str) -> None:
    rng = random.Random(3)
    for name, data in FILES.items():
        stream = io.BytesIO(data)
        portions = pieces(new_cutter(RULES[rule], Secret(KEY)), partial(read_some, stream, rng))
        assert [len(piece) for piece in portions] == reference.cut(RULES[rule], KEY, data), name


def test_the_digest_is_the_one_of_the_definition() -> None:
    """The large-integer way of the reference against the definition, bit by bit."""
    secret = Secret(KEY)
    data = random.Random(5).randbytes(300)
    words = [int.from_bytes(lane[:8], "little") for lane in secret._lanes]

    def digest(window: bytes) -> int:
        value = 0
        for byte in window:
            value = (value << 1) ^ words[byte]
            value = value ^ (1 << 64 | 0x1B) if value >> 64 else value
        return value

    blocks = secret._digests(data)
    for at in range(len(data) - 63):
        assert blocks[16 * at : 16 * at + 16] == digest(data[at : at + 64]).to_bytes(16, "little")


def spans(kernel: ModuleType, rule: tuple[str, int, int, int], key: bytes, data: bytes) -> set[bytes]:
    ends = accumulate(kernel.cut(rule, key, data), initial=0)
    return {data[start:end] for start, end in pairwise(ends)}


def test_bytes_put_at_the_front_change_few_pieces(kernel: ModuleType) -> None:
    data = random.Random(11).randbytes(400_000)
    rule = ("content", 1 * KIB, 12, 32 * KIB)
    before = spans(kernel, rule, KEY, data)
    after = spans(kernel, rule, KEY, b"a new first line" + data)
    assert len(before) > 50
    assert len(after - before) <= 3


def test_a_change_in_the_middle_changes_few_pieces(kernel: ModuleType) -> None:
    data = bytearray(random.Random(12).randbytes(400_000))
    rule = ("content", 1 * KIB, 12, 32 * KIB)
    before = spans(kernel, rule, KEY, bytes(data))
    data[200_000] ^= 1
    assert 1 <= len(spans(kernel, rule, KEY, bytes(data)) - before) <= 4


def test_pieces_have_the_mean_size_that_the_rule_says(kernel: ModuleType) -> None:
    # the wait behind `least` is geometric: 4096 bytes on average, 4096/sqrt(count) its deviation
    lengths = kernel.cut(("content", 1 * KIB, 12, 1 << 20), KEY, random.Random(13).randbytes(2_000_000))
    mean = sum(lengths[:-1]) / len(lengths[:-1])
    assert abs(mean - (1 * KIB + 4096)) < 4 * 4096 / len(lengths) ** 0.5


def test_another_key_cuts_elsewhere(kernel: ModuleType) -> None:
    data = random.Random(14).randbytes(300_000)
    rule = ("content", 1 * KIB, 12, 32 * KIB)
    mine, other = (set(accumulate(kernel.cut(rule, key, data))) for key in (KEY, bytes(32)))
    assert len(mine & other) <= 1 + len(mine) // 10  # the end of the file, and chance


def test_pieces_stay_within_their_bounds(kernel: ModuleType) -> None:
    for data in FILES.values():
        lengths = kernel.cut(("content", 100, 6, 500), KEY, data)
        assert all(100 <= length <= 500 for length in lengths[:-1])
        assert all(length <= 500 for length in lengths)


def test_records_are_cut_between_records_only(kernel: ModuleType) -> None:
    data = FILES["records"]
    ends = list(accumulate(kernel.cut(("records", 64, 2, 1 << 20), KEY, data)))
    assert len(ends) > 20
    assert all(data[end:].startswith(b"BEGIN:V") for end in ends[:-1])


@pytest.mark.parametrize("make", [jpeg, png, heif])
def test_a_new_caption_leaves_the_image_data_alone(kernel: ModuleType, make: object) -> None:
    assert callable(make)
    rule = ("photo", 0, 0, 16 << 20)
    before = spans(kernel, rule, KEY, make(random.Random(15), b"old", 1_200_000))
    after = spans(kernel, rule, KEY, make(random.Random(15), b"a longer caption", 1_200_000))
    changed = sum(map(len, after - before))
    assert changed < 2000


@pytest.mark.parametrize(
    "rule",
    [
        ("rolling", 64, 8, 2000),
        ("content", 63, 8, 2000),
        ("content", 64, 8, 63),
        ("content", 64, 41, 2000),
        ("content", 64, 8, 65 << 20),
        ("records", 10, 8, 2000),
        ("pages", 0, 0, 0),
        ("photo", 0, 0, 1000),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(kernel: ModuleType, rule: tuple[str, int, int, int]) -> None:
    with pytest.raises(UsageError):
        kernel.cut(rule, KEY, b"x")


def test_a_cut_key_of_another_length_is_refused(kernel: ModuleType) -> None:
    with pytest.raises(UsageError):
        kernel.cut(RULES["content"], bytes(31), b"x")


def test_a_code_path_that_is_not_there_is_refused(kernel: ModuleType) -> None:
    assert kernel.cpu_path() in kernel.cpu_paths()
    with pytest.raises(UsageError):
        kernel.use_cpu_path("abacus")
