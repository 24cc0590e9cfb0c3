"""The config opens to what was sealed, and its polynomial is one restic accepts."""

from __future__ import annotations

import os

import pytest

from notou import kernel
from notou.errors import DamagedError
from notou.vault.config import new_config, open_config, seal_config
from notou.vault.keys import new_master_key
from notou.vault.polynomial import is_irreducible, random_irreducible


def test_a_config_comes_back_from_its_sealed_bytes() -> None:
    master, config = new_master_key(os.urandom), new_config(os.urandom)
    assert open_config(master, seal_config(master, config)) == config
    assert config.version == 2
    assert int(config.chunker_polynomial, 16).bit_length() == 54


def test_restics_own_polynomials_are_irreducible_and_products_are_not() -> None:
    # from restic/chunker polynomials_test.go
    assert is_irreducible(0x3DA3358B4DC173)
    assert not is_irreducible(0x38F1E565E288DF)
    assert is_irreducible(0x216064EE1A2BCD)  # as stock restic drew it for a vault
    assert not is_irreducible(0b101)  # (x + 1)²
    assert is_irreducible(0b111)
    assert not is_irreducible(_product(0b1011, 0b1101))


def test_drawn_polynomials_are_irreducible_and_differ() -> None:
    drawn = {random_irreducible(os.urandom) for _ in range(5)}
    assert len(drawn) == 5
    assert all(is_irreducible(each) for each in drawn)


@pytest.mark.parametrize(
    "plain",
    [
        b"{}",
        b"[]",
        b'{"version":3,"id":"' + b"0" * 64 + b'"}',
        b'{"version":2,"id":"x"}',
        b'{"version":"2"}',
        b"\x02",
    ],
)
def test_a_config_of_another_shape_is_damage(plain: bytes) -> None:
    master = new_master_key(os.urandom)
    with pytest.raises(DamagedError):
        open_config(master, kernel.seal(master.bytes64, plain))


def _product(first: int, second: int) -> int:
    total = 0
    for bit in range(second.bit_length()):
        if second >> bit & 1:
            total ^= first << bit
    return total
