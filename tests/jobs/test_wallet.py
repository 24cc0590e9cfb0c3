"""The wallet at a real vault: entries in and out, and files that are no entries left in peace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notou.errors import UsageError
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, Installed
from notou.events import Event, Note
from notou.jobs.init import initialize
from notou.jobs.keep import change_kept, kept_in
from notou.jobs.places import open_vault
from notou.jobs.wallet import WALLET, change_wallet, new_entry_id, wallet_in

PASSWORD = "geheim"
ONE = Entry("one1", code=ActivationCode("a.example.com", "X"), provider="A")
TWO = Entry("two2", provider="B")


class Desk:
    def __init__(self, tmp: Path) -> None:
        self.place = [str(tmp / "vault")]
        self.environ = {"NOTOU_OUTBOX": str(tmp / "outbox")}
        self.events: list[Event] = []
        initialize(self.place, PASSWORD, self.environ, self.events.append)

    def set(self, *entries: Entry) -> int:
        """Make these the entries; how many snapshots that took."""
        result = change_wallet(
            self.place, PASSWORD, lambda _: list(entries), self.environ, self.events.append
        )
        return len(result.snapshots)

    def put_file(self, name: str, data: bytes) -> None:
        change_kept(
            self.place,
            PASSWORD,
            {WALLET: lambda before: {**before, name: data}},
            self.environ,
            self.events.append,
        )

    def files(self) -> dict[str, bytes]:
        return kept_in(open_vault(self.place, PASSWORD).vault, WALLET, self.events.append).items


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    "odd",
    [
        {"profile_name": "a" * 5000},
        {"notification_addresses": tuple(f"{number}.example.com" for number in range(101))},
        {"iccid": "89"},
    ],
)
def test_what_a_hostile_chip_calls_its_profiles_makes_no_entry_unreadable(
    desk: Desk, odd: dict[str, Any]
) -> None:
    desk.set(ONE)
    with pytest.raises(UsageError, match="nothing was changed"):
        desk.set(replace(ONE, installed=Installed(**odd)), TWO)
    assert wallet_in(desk.place, PASSWORD, desk.events.append).entries == (ONE,)


def test_entries_come_back_and_one_that_is_left_out_is_removed(desk: Desk) -> None:
    assert wallet_in(desk.place, PASSWORD, desk.events.append).entries == ()
    assert desk.set(ONE, TWO) == 1
    assert wallet_in(desk.place, PASSWORD, desk.events.append).entries == (ONE, TWO)
    assert desk.set(ONE, TWO) == 0
    assert desk.set(TWO) == 1
    assert wallet_in(desk.place, PASSWORD, desk.events.append).entries == (TWO,)


def test_what_cannot_be_read_is_told_and_left_as_it_is(desk: Desk) -> None:
    desk.set(ONE)
    desk.put_file("two2.json", b'{"format": 2}')
    desk.put_file("README.txt", b"mine")
    desk.events.clear()
    wallet = wallet_in(desk.place, PASSWORD, desk.events.append)
    assert (wallet.entries, wallet.incomplete) == ((ONE,), True)
    assert [event.text[:14] for event in desk.events if isinstance(event, Note)] == ["The entry two2"]
    desk.set()
    assert desk.files() == {"two2.json": b'{"format": 2}', "README.txt": b"mine"}
    with pytest.raises(UsageError):
        desk.set(TWO)


def test_an_entry_that_did_not_change_keeps_the_bytes_that_another_version_wrote(desk: Desk) -> None:
    written = b'{"provider":"A","format":1,"later":true}'
    desk.put_file("one1.json", written)
    (entry,) = wallet_in(desk.place, PASSWORD, desk.events.append).entries
    desk.set(entry, TWO)
    assert desk.files()["one1.json"] == written


def test_ids_are_short_and_say_nothing() -> None:
    ids = {new_entry_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(len(each) == 6 for each in ids)
