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


@pytest.mark.parametrize(("n", "r", "p"), [(0, 8, 1), (1, 8, 1), (3, 8, 1), (1024, 0, 1), (1024, 8, 0)])
def test_work_that_makes_no_sense_is_refused(kernel: ModuleType, n: int, r: int, p: int) -> None:
    with pytest.raises(UsageError, match="scrypt"):
        kernel.scrypt(b"password", b"salt", n, r, p)
