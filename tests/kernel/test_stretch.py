"""scrypt gives the same key in both kernels, whatever the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from notou.errors import UsageError
from notou.kernel import reference

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize(("n", "r", "p"), [(2, 1, 1), (1024, 8, 1), (64, 3, 7), (256, 8, 2)])
def test_both_make_the_same_key(native: ModuleType, n: int, r: int, p: int) -> None:
    for password, salt in ((b"", b""), (b"geheim", bytes(range(64))), ("café".encode() * 40, b"salt")):
        key = native.scrypt(password, salt, n, r, p)
        assert len(key) == 64
        assert key == reference.scrypt(password, salt, n, r, p)


@pytest.mark.parametrize(
    ("password", "salt", "work", "key"),
    [
        (
            b"",
            b"",
            (16, 1, 1),
            (
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
            ),
        ),
        (
            b"password",
            b"NaCl",
            (1024, 8, 16),
            (
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
            ),
        ),
    ],
)
def test_the_keys_of_rfc_7914_section_12_come_out(
    kernel: ModuleType, password: bytes, salt: bytes, work: tuple[int, int, int], key: str
) -> None:
    assert kernel.scrypt(password, salt, *work).hex() == key


@pytest.mark.parametrize(("n", "r", "p"), [(0, 8, 1), (1, 8, 1), (3, 8, 1), (1024, 0, 1), (1024, 8, 0)])
def test_work_that_makes_no_sense_is_refused(kernel: ModuleType, n: int, r: int, p: int) -> None:
    with pytest.raises(UsageError, match="scrypt"):
        kernel.scrypt(b"password", b"salt", n, r, p)
