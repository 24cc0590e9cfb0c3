"""A card is read whole: names, numbers, addresses and messages, from every place a card keeps them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from notou.errors import CardError, NotOnCardError, UsageError
from notou.sim.entry import Entry, entries
from notou.sim.message import messages
from tests.sim.reading import read
from tests.support.simcard.card import SimCard
from tests.support.simcard.cards import ICCID, IMSI, file_of, plain_sim, usim, write
from tests.support.simcard.records import adn, alpha, anr, concatenated, deliver, ext, sms, submit

Make = Callable[[], SimCard]


def listed(card: SimCard) -> list[Entry]:
    image = read(card).image
    return [entry for numbers in image.phone_book for entry in entries(image, numbers)]


@pytest.mark.parametrize("make", [plain_sim, usim])
def test_a_card_says_whose_it_is(make: Make) -> None:
    contents = read(make())
    assert (contents.image.iccid, contents.imsi, contents.provider) == (ICCID, IMSI, "Helia")
    assert contents.plain_sim == (make is plain_sim)
    assert contents.unseen == {}


def test_a_plain_sim_gives_its_phone_book_with_numbers_longer_than_a_record() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("Ana Té", "+687123456"))
    write(card, 0x6F3A, 3, adn("Ship", "12345678901234567890123", extension=2))
    write(card, 0x6F4A, 2, ext("123"))
    assert [(one.record, one.name, one.number) for one in listed(card)] == [
        (1, "Ana Té", "+687123456"),
        (3, "Ship", "12345678901234567890123"),
    ]


def test_a_usim_gives_second_numbers_second_names_and_addresses() -> None:
    card = usim()
    write(card, 0x4F3A, 2, adn("Wei", "+8613800000000"))
    write(card, 0x4F11, 2, anr("123456"))
    write(card, 0x4F14, 2, alpha("伟", 16))
    write(card, 0x4F12, 2, b"\x04")
    write(card, 0x4F13, 4, alpha("wei@example.org", 30) + b"\x01\x02")
    assert listed(card) == [
        Entry("adn.0", 2, "Wei", "+8613800000000", ("123456",), ("伟",), ("wei@example.org",))
    ]


def test_own_numbers_and_fixed_dialling_are_lists_of_their_own() -> None:
    card = usim()
    write(card, 0x6F40, 1, adn("Mine", "+687998877"))
    write(card, 0x6F3B, 2, adn("Office", "251234"))
    image = read(card).image
    found = {main: [one.number for one in entries(image, numbers)] for main in ("msisdn", "fdn")
             if (numbers := image.list_of(main))}  # fmt: skip
    assert found == {"msisdn": ["+687998877"], "fdn": ["251234"]}


def test_extensions_that_lead_in_a_circle_end() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("Loop", "12345678901234567890", extension=1))
    write(card, 0x6F4A, 1, ext("11", following=2))
    write(card, 0x6F4A, 2, ext("22", following=1))
    assert listed(card)[0].number == "123456789012345678901122"


def test_messages_are_read_and_the_parts_of_long_ones_joined_in_order() -> None:
    card = usim()
    write(card, 0x6F3C, 1, sms(1, deliver("+687111222", "monde €", header=concatenated(9, 2, 2))))
    write(card, 0x6F3C, 2, sms(3, deliver("Helia", "你好")))
    write(card, 0x6F3C, 3, sms(5, submit("+687333444", "On my way")))
    write(card, 0x6F3C, 4, sms(1, deliver("+687111222", "Bonjour ", header=concatenated(9, 2, 1))))
    write(card, 0x6F3C, 5, sms(7, submit("123", b"\x01\x02")))
    found = messages(read(card).image.files["sms"])
    assert [(one.records, one.state, one.peer, one.text, one.data) for one in found] == [
        ((4, 1), "received", "+687111222", "Bonjour monde €", b""),
        ((2,), "unread", "Helia", "你好", b""),
        ((3,), "sent", "+687333444", "On my way", b""),
        ((5,), "unsent", "123", "", b"\x01\x02"),
    ]
    assert found[0].time == "2026-11-27T10:16:00+11:00"


def test_a_message_with_a_part_missing_says_so() -> None:
    card = usim()
    write(card, 0x6F3C, 1, sms(1, deliver("123", "the end", header=concatenated(9, 3, 3))))
    (found,) = messages(read(card).image.files["sms"])
    assert (found.text, found.missing) == ("[…][…]the end", 2)


def test_a_message_that_cannot_be_read_is_listed_and_the_others_are_read() -> None:
    card = usim()
    write(card, 0x6F3C, 1, sms(1, b"\x00\x03"))
    write(card, 0x6F3C, 2, sms(1, deliver("123", "fine")))
    assert [one.state for one in messages(read(card).image.files["sms"])] == ["unreadable", "received"]


def test_what_a_card_refuses_is_said_and_the_rest_is_read() -> None:
    card = usim()
    card.refusals[(0x6F3C, 0xB2)] = "6985"
    contents = read(card)
    assert contents.unseen == {"sms": "The card refused the messages (status 6985)."}
    assert "sms" not in contents.image.files
    assert "adn.0" in contents.image.files


def test_the_pin_is_asked_once_and_only_when_the_card_wants_it() -> None:
    card, asked = usim(), list[int | None]()
    read(card, asked=asked)
    assert asked == [3]
    open_card = usim()
    open_card.pins[1].enabled = False
    asked.clear()
    read(open_card, asked=asked)
    assert asked == []


@pytest.mark.parametrize("make", [plain_sim, usim])
def test_a_wrong_pin_is_tried_once_and_the_tries_left_are_said(make: Make) -> None:
    card = make()
    with pytest.raises(CardError, match="The PIN is wrong; 2 tries are left"):
        read(card, "9999")
    assert card.pins[1].asked == 1


@pytest.mark.parametrize("make", [plain_sim, usim])
def test_the_last_wrong_pin_says_that_it_is_blocked(make: Make) -> None:
    card = make()
    card.pins[1].tries = 1
    with pytest.raises(CardError, match="PUK"):
        read(card, "9999")


@pytest.mark.parametrize("make", [plain_sim, usim])
def test_a_blocked_card_is_not_asked_again(make: Make) -> None:
    card = make()
    card.pins[1].tries = 0
    with pytest.raises(CardError, match="PIN is blocked"):
        read(card)
    assert card.pins[1].asked == 0


@pytest.mark.parametrize("code", ["", "123", "123456789", "12a4", "\uff11\uff12\uff13\uff14"])
def test_what_is_no_pin_costs_no_try(code: str) -> None:
    card = usim()
    with pytest.raises(UsageError, match="four to eight digits"):
        read(card, code)
    assert card.pins[1].tries == 3


def test_a_card_taken_out_at_any_command_ends_with_a_card_error() -> None:
    whole = usim(contacts=2, sms=1, fixed=1)
    read(whole)
    for commands in range(len(whole.commands)):
        card = usim(contacts=2, sms=1, fixed=1)
        card.removed_after = commands
        with pytest.raises(CardError, match="taken out"):
            read(card)


def test_an_empty_chip_is_told_for_what_it_is() -> None:
    card = usim()
    file_of(card, 0x2F00).records = [b"\xff" * 40]
    with pytest.raises(NotOnCardError, match="no SIM application"):
        read(card)


def test_reading_changes_nothing_on_the_card() -> None:
    card = usim()
    read(card)
    assert {command[1] for command in card.commands} <= {0xA4, 0xB0, 0xB2, 0xC0, 0x20}


def test_read_card_is_exact() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("A", "1"))
    image = read(card).image
    assert list(image.files["adn.0"].records) == file_of(card, 0x6F3A).records
    assert list(image.files["sms"].records) == file_of(card, 0x6F3C).records
