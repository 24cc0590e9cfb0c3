"""Work of which a test says that nothing changed, on a machine that others use as well.

What may not enter: what the work is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def undisturbed(source: Path, work: Callable[[], Result]) -> Result:
    """What ``work`` gives when nothing above ``source`` changed meanwhile.

    A backup holds the folders above its source too, and whoever else uses this machine changes those.
    """
    for _ in range(50):
        before = _above(source)
        result = work()
        if _above(source) == before:
            return result
    raise AssertionError("The folders above the source never kept still.")


def _above(source: Path) -> list[int]:
    return [folder.stat().st_ctime_ns for folder in source.parents]
