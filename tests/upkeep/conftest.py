from __future__ import annotations

from pathlib import Path

import pytest

from tests.upkeep.place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A vault at two copies, with three backups, the middle one forgotten."""
    made = Place(tmp_path)
    made.fill()
    return made
