"""The doubles' protection of packages agrees with bytes recorded from somebody else's SM-DP+."""

from __future__ import annotations

import pytest

from tests.support.rsp.bsp import Keys, Protection, ProtectionError, derived

# From a trace of a third party's SM-DP+, published with the tests of osmocom's pySim.
SECRET = bytes.fromhex("c9a993dd4879a8f7161f2085410edd4f9652f1df37be097ba96ba2ca6be528fe")
EID = "89049032123451234512345678901235"
KEYS = Keys(
    chaining=bytes.fromhex("406d507b448a699e7a36a38494debbde"),
    enc=bytes.fromhex("472f5bfadd97f21d34f3ce9b51b92751"),
    mac=bytes.fromhex("9ec07f5b36a13e12a991d66e294e6242"),
)
METADATA = "bf252d5a0a98001032547698103214910947534d415f54455354921147534d415f544553545f50524f46494c45950100"
NEW_KEYS = (
    "bf26368010000102030405060708090a0b0c0d0e0f8110010102030405060708090a0b0c0d0e0f"
    "8210020102030405060708090a0b0c0d0e0f"
)
NEW_KEYS_SEGMENT = (
    "8748a14c800a001992351cd46ad2945654674369701d82b7b46567652bc8fbed234939fc57fba748"
    "015525fd6c651e9d3d1330652d42a0cfad950e912122af4ec5362d3c0bc535729c40"
)
SEGMENTS = (
    (0x87, "bf2400", "8718f6fe031e4b9cfe87c8e1e62f3fde85c49412d7722a6a2d89"),
    (0x88, METADATA, f"8838{METADATA}8a62cc9adbb5ccbc"),
    (0x87, NEW_KEYS, NEW_KEYS_SEGMENT),
)


def test_keys_are_derived_as_theirs_are() -> None:
    assert derived(SECRET, b"\x80" * 8, EID) == KEYS


def test_segments_are_made_and_opened_as_theirs_are() -> None:
    ours, theirs = Protection(KEYS), Protection(KEYS)
    for tag, plain, segment in SEGMENTS:
        made = (ours.signed if tag == 0x88 else ours.sealed)(tag, bytes.fromhex(plain))
        assert made == [bytes.fromhex(segment)]
        opened = (theirs.read if tag == 0x88 else theirs.opened)(bytes.fromhex(segment))
        assert opened.hex() == plain


@pytest.mark.parametrize("size", [1, 15, 16, 1006, 1007, 1008, 5000])
def test_any_size_comes_back_and_no_segment_is_too_long(size: int) -> None:
    plain = bytes(number & 0xFF for number in range(size))
    sealed = Protection(KEYS).sealed(0x86, plain)
    assert max(len(segment) for segment in sealed) <= 1020
    opening = Protection(KEYS)
    assert b"".join(opening.opened(segment) for segment in sealed) == plain


def test_a_bit_changed_anywhere_in_a_segment_is_noticed() -> None:
    (segment,) = Protection(KEYS).sealed(0x86, b"profile")
    for at in range(2, len(segment)):
        changed = bytearray(segment)
        changed[at] ^= 1
        with pytest.raises(ProtectionError):
            Protection(KEYS).opened(bytes(changed))
