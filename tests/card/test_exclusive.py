"""One process at a time for each reader."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from notou.card.exclusive import only_user
from notou.errors import LockedError, UsageError


def test_a_second_user_of_the_same_reader_is_turned_away_until_the_first_has_ended(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path / "locks")
    with only_user("pcsc", folder):
        with pytest.raises(LockedError, match="pcsc"), only_user("pcsc", folder):
            pytest.fail("two at once")
        with only_user("modem:/dev/ttyUSB2", folder):
            pass
    with only_user("pcsc", folder):
        pass


def test_locks_do_not_lie_where_others_could_lay_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(UsageError), only_user("pcsc", os.fsencode(tmp_path)):
        pytest.fail("others may write there")
