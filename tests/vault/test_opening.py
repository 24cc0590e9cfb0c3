"""Keys put beside the true one by whoever can write to a copy."""

from __future__ import annotations

import os

import pytest

from notou.errors import WrongPasswordError
from notou.model import FileKind, ObjectName
from notou.vault.keys import MOST_KEYS_TRIED, ScryptWork, create_key_file, new_master_key
from notou.vault.opening import open_with_password
from tests.vault.places import PASSWORD, new_vault, place_of, same


def strange_key(work: ScryptWork, password: str) -> bytes:
    return create_key_file(
        password,
        new_master_key(os.urandom),
        username="",
        hostname="",
        created_ns=0,
        random=os.urandom,
        work=work,
    )


def strange_keys(count: int, work: ScryptWork, password: str) -> dict[ObjectName, bytes]:
    """Under names that come before any other."""
    return {
        ObjectName(FileKind.KEY, f"{number:064x}"): strange_key(work, password) for number in range(count)
    }


def test_keys_that_crowd_one_copy_do_not_keep_the_key_of_another_from_being_tried() -> None:
    new = new_vault()
    good = place_of(new, "good")
    crowded = same(good, "crowded")
    crowded.objects.update(strange_keys(MOST_KEYS_TRIED, ScryptWork(2, 1, 1), "unknown"))
    master, _ = open_with_password([crowded, good], PASSWORD, lambda _: None)
    assert master == new.master
    with pytest.raises(WrongPasswordError, match="1 more keys there were not tried"):
        open_with_password([crowded], PASSWORD, lambda _: None)


def test_dear_keys_are_tried_after_the_true_one() -> None:
    new = new_vault()
    place = place_of(new)
    place.objects.update(strange_keys(5, ScryptWork(2**12, 8, 1), PASSWORD))
    notes: list[str] = []
    master, _ = open_with_password([place], PASSWORD, notes.append)
    assert master == new.master
    assert not notes  # each that is tried opens, and is noted because it fits no config
