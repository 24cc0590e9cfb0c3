"""Sets of items that are only in the vault: what joins, what stays in history, which names are allowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import UsageError
from notou.model import Lane
from notou.vault.kept import (
    MOST_ITEM_BYTES,
    KeptItem,
    KeptSet,
    heads,
    newest_of_kept,
    present,
    revise,
)
from notou.vault.snapshot import Snapshot, lane_tags

WALLET = KeptSet(Lane.WALLET, "/wallet")
NAMES = st.sampled_from(["a", "b", "c/d"])


def kept(number: int, parent: int | None = None, wanted: KeptSet = WALLET) -> Snapshot:
    made_from = None if parent is None else bytes([parent]) * 32
    return Snapshot(
        number,
        bytes(32),
        (wanted.root,),
        "h",
        tags=wanted.tags,
        parent=made_from,
        id=bytes([number] * 32).hex(),
    )


def test_of_a_chain_of_changes_the_last_is_the_head() -> None:
    chain = [kept(1), kept(2, 1), kept(3, 2)]
    assert heads(chain, WALLET) == [chain[2]]


def test_what_grew_apart_has_a_head_each_and_what_joined_them_is_one_of_two() -> None:
    one, two, other = kept(1), kept(2, 1), kept(3, 1)
    assert heads([one, two, other], WALLET) == [two, other]
    assert heads([one, two, other, kept(4, 3)], WALLET) == [two, kept(4, 3)]


def test_a_repaired_snapshot_stands_for_the_one_it_was_made_of() -> None:
    broken = kept(1)
    mended = Snapshot(
        1, bytes(32), ("/wallet",), "h", tags=WALLET.tags, original=bytes.fromhex(broken.id), id="ff" * 32
    )
    assert heads([broken, mended], WALLET) == [mended]


def test_other_sets_lanes_and_backups_of_a_folder_of_that_name_are_not_the_set() -> None:
    card = KeptSet(Lane.WALLET, "/sim/1")
    folder = Snapshot(
        9, bytes(32), ("/wallet",), "h", tags=lane_tags(Lane.WALLET, partial=False), id="09" * 32
    )
    assert heads([kept(1), kept(2, wanted=card), folder], WALLET) == [kept(1)]
    assert newest_of_kept([kept(1), kept(2, wanted=card), folder]) == [kept(2, wanted=card), kept(1)]


def test_a_removed_item_stays_as_an_empty_one_that_is_younger() -> None:
    before = revise({}, {"a": b"1", "b": b"2"}, 10)
    after = revise(before, {"b": b"2"}, 20)
    assert after == {"a": KeptItem(b"", 20), "b": KeptItem(b"2", 10)}
    assert present(after) == {"b": b"2"}


def test_a_change_is_younger_than_what_it_changed_whatever_the_clock_says() -> None:
    before = revise({}, {"a": b"1"}, 1000)
    assert revise(before, {"a": b"2"}, 10)["a"] == KeptItem(b"2", 1001)


@given(st.dictionaries(NAMES, st.binary(max_size=3)), st.dictionaries(NAMES, st.binary(max_size=3)))
def test_after_a_change_just_what_was_wanted_is_present(
    first: dict[str, bytes], second: dict[str, bytes]
) -> None:
    state = revise(revise({}, first, 1), second, 2)
    assert present(state) == {name: content for name, content in second.items() if content}


@pytest.mark.parametrize("name", ["", "/a", "a/", "..", "a/../b", "a\0", "x" * 256, "a/" * 9 + "a", "\ud800"])
def test_a_name_that_no_folder_could_hold_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        revise({}, {name: b"1"}, 1)


def test_a_file_in_the_place_of_a_folder_and_an_item_too_large_are_refused() -> None:
    with pytest.raises(UsageError):
        revise({}, {"a": b"1", "a/b": b"1"}, 1)
    with pytest.raises(UsageError):
        revise({}, {"a": bytes(MOST_ITEM_BYTES + 1)}, 1)
