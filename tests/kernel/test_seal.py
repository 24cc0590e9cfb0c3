"""What one kernel seals, the other opens; nothing damaged opens; the MAC is Bernstein's."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import DamagedError, LimitError, UsageError
from notou.kernel import reference
from notou.kernel.reference.seal import poly1305_aes

if TYPE_CHECKING:
    from types import ModuleType

KEY = bytes(range(64))

# D. J. Bernstein, "The Poly1305-AES message-authentication code" (FSE 2005), Appendix B:
# message, k, r, nonce, MAC.
BERNSTEIN = [
    (
        "f3f6",
        "ec074c835580741701425b623235add6",
        "851fc40c3467ac0be05cc20404f3f700",
        "fb447350c4e868c52ac3275cf9d4327e",
        "f4c633c3044fc145f84f335cb81953de",
    ),
    (
        "",
        "75deaa25c09f208e1dc4ce6b5cad3fbf",
        "a0f3080000f46400d0c7e9076c834403",
        "61ee09218d29b0aaed7e154a2c5509cc",
        "dd3fab2251f11ac759f0887129cc2ee7",
    ),
    (
        "663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136",
        "6acb5f61a7176dd320c5c1eb2edcdc74",
        "48443d0bb0d21109c89a100b5ce2c208",
        "ae212a55399729595dea458bc621ff0e",
        "0ee1c16bb73f0f4fd19881753c01cdbe",
    ),
    (
        (
            "ab0812724a7f1e342742cbed374d94d136c6b8795d45b3819830f2c04491faf0"
            "990c62e48b8018b2c3e4a0fa3134cb67fa83e158c994d961c4cb21095c1bf9"
        ),
        "e1a5668a4d5b66a5f68cc5424ed5982d",
        "12976a08c4426d0ce8a82407c4f48207",
        "9ae831e743978d3a23527c7128149e3a",
        "5154ad0d2cb26e01274fc51148491f1b",
    ),
]


@pytest.mark.parametrize("vector", BERNSTEIN)
def test_the_mac_is_the_one_of_bernsteins_paper(vector: tuple[str, str, str, str, str]) -> None:
    message, k, r, nonce, mac = map(bytes.fromhex, vector)
    assert poly1305_aes(k, r, nonce, message) == mac


@given(st.binary(max_size=3000))
def test_what_the_reference_seals_it_opens(plain: bytes) -> None:
    assert reference.unseal(KEY, reference.seal(KEY, plain)) == plain


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096, 100_001])
def test_what_one_kernel_seals_the_other_opens(pair: tuple[ModuleType, ModuleType], size: int) -> None:
    writer, reader = pair
    plain = random.Random(size).randbytes(size)
    sealed = writer.seal(KEY, plain)
    assert len(sealed) == size + 32
    assert reader.unseal(KEY, sealed) == plain


def test_two_seals_of_the_same_bytes_differ(kernel: ModuleType) -> None:
    assert kernel.seal(KEY, b"same") != kernel.seal(KEY, b"same")


def test_every_flipped_bit_is_noticed(kernel: ModuleType) -> None:
    sealed = kernel.seal(KEY, b"contacts")
    for bit in range(8 * len(sealed)):
        hurt = bytearray(sealed)
        hurt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedError):
            kernel.unseal(KEY, bytes(hurt))


def test_another_key_opens_nothing(kernel: ModuleType) -> None:
    sealed = kernel.seal(KEY, b"contacts")
    with pytest.raises(DamagedError):
        kernel.unseal(KEY[:32] + bytes(32), sealed)


@pytest.mark.parametrize("sealed", [b"", bytes(31), b"x" * 31, bytes(32), bytes(100)])
def test_short_bytes_and_a_nonce_of_zeros_are_damage(kernel: ModuleType, sealed: bytes) -> None:
    with pytest.raises(DamagedError):
        kernel.unseal(KEY, sealed)


def test_a_key_of_another_length_is_refused(kernel: ModuleType) -> None:
    with pytest.raises(UsageError):
        kernel.seal(bytes(63), b"")
    with pytest.raises(UsageError):
        kernel.unseal(bytes(65), bytes(40))


@pytest.mark.parametrize("plain", [b"", b"a", b"abc" * 10_000, random.Random(1).randbytes(200_000)])
def test_what_one_kernel_compresses_the_other_decompresses(
    pair: tuple[ModuleType, ModuleType], plain: bytes
) -> None:
    writer, reader = pair
    assert reader.decompress(writer.compress(plain, 3), len(plain)) == plain


def test_a_frame_declares_its_content_size_and_carries_no_checksum(kernel: ModuleType) -> None:
    # RFC 8878, section 3.1.1.1.1: the descriptor follows the magic number; bit 2 is the checksum flag,
    # a single segment (bit 5) or a content size flag (bits 6, 7) declares the size
    descriptor = kernel.compress(b"contacts" * 100, 3)[4]
    assert not descriptor & 0b100
    assert descriptor & 0b1110_0000


def test_a_bomb_is_stopped_at_the_bound(kernel: ModuleType) -> None:
    bomb = kernel.compress(bytes(50_000_000), 3)
    with pytest.raises(LimitError):
        kernel.decompress(bomb, 1000)


@pytest.mark.parametrize("cut", [0, 1, 4, 20, -1])
def test_a_frame_cut_short_is_damage(kernel: ModuleType, cut: int) -> None:
    frame = kernel.compress(random.Random(2).randbytes(1000), 3)
    with pytest.raises(DamagedError):
        kernel.decompress(frame[:cut], 1000)


def test_what_follows_a_frame_is_damage(kernel: ModuleType) -> None:
    frame = kernel.compress(b"contacts", 3)
    for tail in (b"x", frame):
        with pytest.raises(DamagedError):
            kernel.decompress(frame + tail, 1000)
    with pytest.raises(DamagedError):
        kernel.decompress(b"no zstd frame at all", 1000)
