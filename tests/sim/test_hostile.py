"""Cards that answer anything: every reading ends, with contents or with an error of ours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notou.card.base import Channel
from notou.errors import DamagedError, NotouError
from notou.sim.entry import entries
from notou.sim.file_system import Pin
from notou.sim.kept import PHONE_BOOK, card_items, contact_items, kept_image, message_items
from notou.sim.message import messages
from notou.sim.pin import unlock
from notou.sim.read import Contents, file_system, read_card
from notou.sim.restore_plan import plan_restore
from tests.support.simcard.cards import USIM_AID, reference

_REFUSALS = ["6A82", "6982", "6983", "6985", "63C2", "9F10", "9804", "9404", "6E00", "0000"]
_ODD = [0, 1, 2, 3, 0x41, 0x80, 0x81, 0x82, 0x91, 0xA8, 0xC0, 0xFF, 0x1B]


@dataclass
class OddCard:
    """Answers by chance, in the right lengths often enough to come far."""

    rng: random.Random
    name: str = "the odd card"
    selected: bytes = b""

    @contextmanager
    def basic(self) -> Iterator[Channel]:
        yield self

    @contextmanager
    def application(self, aid: bytes) -> Iterator[Channel]:
        yield self

    def transmit(self, command: bytes) -> bytes:
        refused = self.rng.random() < 0.02
        status = bytes.fromhex(self.rng.choice(_REFUSALS) if refused else "9000")
        if command[1] == 0xA4 and self.rng.random() < 0.98:
            self.selected = command[5:7]
            return self._file() + status
        length = command[4] if len(command) == 5 and self.rng.random() < 0.99 else self.rng.randrange(40)
        return self._content(length) + status

    def _file(self) -> bytes:
        record_bytes, count = self.rng.choice([(28, 3), (13, 2), (176, 3), (64, 1), (1, 5), (40, 1), (15, 2)])
        kind = 0x41 if self.selected == b"\x2f\xe2" else self.rng.choice([0x41, 0x42, 0x42, 0x42, 0x46, 0x78])
        descriptor = bytes([kind, 0x21, 0, record_bytes, count])
        size = (record_bytes * count).to_bytes(2, "big")
        return b"\x62\x0b\x82\x05" + descriptor + b"\x80\x02" + size

    def _content(self, length: int) -> bytes:
        start = {
            b"\x2f\x00": b"\x61\x12\x4f\x10" + USIM_AID,
            b"\x4f\x30": reference(),
        }.get(self.selected, b"")
        if self.rng.random() < 0.1:
            start = b""
        return (start + bytes(self.rng.choices(_ODD, k=length)))[:length]


@given(st.integers(0, 2**32))
@settings(deadline=None)
def test_no_card_crashes_a_reading_and_all_that_was_read_can_be_shown_kept_and_planned(seed: int) -> None:
    contents = read_by_chance(random.Random(seed))
    if contents is None:
        return
    image = contents.image
    for numbers in image.lists:
        list(entries(image, numbers))
    if "sms" in image.files:
        messages(image.files["sms"])
    assert card_items(image, contents.imsi, contents.provider)
    kept = kept_image(image.iccid, contact_items(image), message_items(image))
    for step in plan_restore(kept, image, replace=True).changes:
        for role, _, record in step.writes:
            assert len(record) == image.files[role].record_bytes


def read_by_chance(rng: random.Random) -> Contents | None:
    """What the odd card gives; None where it gave up with an error of ours."""
    with suppress(NotouError), file_system(OddCard(rng)) as files:
        return read_card(files, lambda opened: unlock(opened, Pin.ONE, lambda pin, tries: "1234"))
    return None


def test_odd_cards_are_read_often_enough_for_the_test_above_to_mean_something() -> None:
    assert sum(read_by_chance(random.Random(seed)) is not None for seed in range(100)) > 10


@given(st.dictionaries(st.sampled_from(["phone-book.json", "messages.jsonl"]), st.binary(max_size=80)))
def test_nothing_kept_crashes_its_reader(items: dict[str, bytes]) -> None:
    with suppress(NotouError):
        kept_image("1", items, items)


def test_what_is_said_of_spoilt_kept_items_does_not_tell_the_card_s_number() -> None:
    with pytest.raises(DamagedError, match="…0123 is not what") as raised:
        kept_image("8968701234567890123", {PHONE_BOOK: b"x"}, {})
    assert "8968701234567890123" not in str(raised.value)
