"""Both kernels, by name. Without the native one tests fail where it must be, else skip and say why."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

import pytest

from notou.kernel import reference
from tests.support.restic import restic_program

if TYPE_CHECKING:
    from types import ModuleType


def native_kernel() -> ModuleType:
    """The kernel in Rust, as it was built."""
    try:
        return importlib.import_module("notou.kernel._native")
    except ImportError as error:
        reason = f"The native kernel is not built ({error}), so it is not held to the reference."
        if os.environ.get("CI") or os.environ.get("NOTOU_REQUIRE_NATIVE") == "1":
            pytest.fail(reason + " Build it with cargo; CI and NOTOU_REQUIRE_NATIVE=1 demand it.")
        pytest.skip(reason)


@pytest.fixture
def native() -> ModuleType:
    """The kernel in Rust."""
    return native_kernel()


@pytest.fixture(params=["native", "reference"])
def kernel(request: pytest.FixtureRequest) -> ModuleType:
    """Each of the two kernels."""
    return native_kernel() if request.param == "native" else reference


@pytest.fixture(params=["native seals", "reference seals"])
def pair(request: pytest.FixtureRequest) -> tuple[ModuleType, ModuleType]:
    """(the kernel that writes, the other one, which reads)."""
    kernels = native_kernel(), reference
    return kernels if request.param == "native seals" else kernels[::-1]


@pytest.fixture(scope="session")
def restic() -> str:
    """The path of stock restic; the tests that ask for it fail without it."""
    return restic_program()
