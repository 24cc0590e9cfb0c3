"""Writing a kept card back: exact where there is room, never over what is there, and whole or not at all."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notou.errors import CardError
from notou.sim.carry_out import carry_out
from notou.sim.entry import entries
from notou.sim.file_system import FileSystem, Pin
from notou.sim.image import CardImage, FileImage, NumberList
from notou.sim.kept import contact_items, kept_image, message_items
from notou.sim.pin import unlock
from notou.sim.read import file_system
from notou.sim.restore_plan import plan_restore
from notou.sim.steps import RestorePlan, Step, Verdict
from tests.sim.reading import read
from tests.support.simcard.card import SimCard
from tests.support.simcard.cards import ICCID, file_of, plain_sim, usim, write
from tests.support.simcard.records import adn, alpha, anr, concatenated, deliver, ext, sms, submit

OTHER = "8968709999999999999"


def filled_usim() -> SimCard:
    card = usim()
    write(card, 0x4F3A, 1, adn("Ana", "+687123456"))
    write(card, 0x4F3A, 3, adn("Ship", "12345678901234567890123", extension=2))
    write(card, 0x4F4A, 2, ext("123"))
    write(card, 0x4F3A, 4, adn("Wei", "+8613800000000", room=14))
    write(card, 0x4F11, 4, anr("123456789012345678905", extension=4))
    write(card, 0x4F4A, 4, ext("5"))
    write(card, 0x4F14, 4, alpha("伟", 16))
    write(card, 0x4F12, 4, b"\x03")
    write(card, 0x4F13, 3, alpha("wei@example.org", 30) + b"\x01\x04")
    write(card, 0x6F3B, 2, adn("Office", "251234"))
    write(card, 0x6F3C, 1, sms(1, deliver("+687111222", "monde", header=concatenated(9, 2, 2))))
    write(card, 0x6F3C, 2, sms(1, deliver("+687111222", "Bonjour ", header=concatenated(9, 2, 1))))
    write(card, 0x6F3C, 4, sms(5, submit("+687333444", "On my way")))
    return card


def filled_sim() -> SimCard:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("Ana", "+687123456"))
    write(card, 0x6F3A, 3, adn("Ship", "12345678901234567890123", extension=2))
    write(card, 0x6F4A, 2, ext("123"))
    return card


def kept(card: SimCard) -> CardImage:
    """As the vault gives it back."""
    image = read(card).image
    return kept_image(image.iccid, contact_items(image), message_items(image))


def planned(held: CardImage, card: SimCard, *, replace: bool = False) -> RestorePlan:
    return plan_restore(held, read(card).image, replace=replace)


def restore(held: CardImage, card: SimCard, *, replace: bool = False) -> list[Step]:
    """Write it; the steps that were done."""
    done: list[Step] = []
    with file_system(card) as files:
        image = read(card).image
        plan = plan_restore(held, image, replace=replace)
        _unlock_both(files)
        carry_out(files, image, plan, done.append)
    return done


def _unlock_both(files: FileSystem) -> None:
    unlock(files, Pin.TWO, lambda pin, tries: "9876")


def verdicts(plan: RestorePlan) -> list[Verdict]:
    return [step.verdict for step in plan.steps]


def contents(card: SimCard) -> list[tuple[object, ...]]:
    image = read(card).image
    return [entry.contents for each in image.phone_book for entry in entries(image, each)]


def records(card: SimCard) -> dict[int, list[bytes]]:
    ids = [0x4F3A, 0x4F4A, 0x4F11, 0x4F12, 0x4F13, 0x4F14] if card.usim else [0x6F3A, 0x6F4A]
    return {each: list(file_of(card, each).records) for each in (*ids, 0x6F3B, 0x6F3C)}


def test_an_empty_card_gets_every_record_as_it_was() -> None:
    card = usim()
    restore(kept(filled_usim()), card)
    assert records(card) == records(filled_usim())


def test_a_plain_sim_gets_every_record_as_it_was() -> None:
    card = plain_sim()
    restore(kept(filled_sim()), card)
    assert records(card) == records(filled_sim())


def test_a_second_time_there_is_nothing_to_write() -> None:
    card = filled_usim()
    plan = planned(kept(filled_usim()), card)
    assert set(verdicts(plan)) == {Verdict.LEAVE}
    assert plan.changes == ()


def test_what_is_on_the_card_stays_and_the_kept_entry_goes_to_a_free_record() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("Somebody", "999"))
    restore(kept(filled_sim()), card)
    assert file_of(card, 0x6F3A).records[0] == adn("Somebody", "999")
    assert {found[0] for found in contents(card)} == {"Somebody", "Ana", "Ship"}


def test_an_entry_that_stands_elsewhere_on_the_card_is_not_written_twice() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 7, adn("Ana", "+687123456"))
    restore(kept(filled_sim()), card)
    assert sorted(str(found[0]) for found in contents(card)) == ["Ana", "Ship"]


def test_replacing_happens_only_where_it_is_asked_for_and_names_what_gives_way() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 1, adn("Somebody", "999"))
    step = planned(kept(filled_sim()), card, replace=True).steps[0]
    assert (step.verdict, step.target, step.replaced) == (Verdict.REPLACE, 1, "Somebody")
    restore(kept(filled_sim()), card, replace=True)
    assert records(card) == records(filled_sim())


def test_a_replaced_entry_leaves_none_of_its_parts_behind() -> None:
    card = filled_usim()
    held = usim()
    write(held, 0x4F3A, 4, adn("New", "1"))
    restore(kept(held), card, replace=True)
    assert ("New", "1", (), (), ()) in contents(card)
    assert file_of(card, 0x4F13).records[2].strip(b"\xff") == b""
    assert file_of(card, 0x4F4A).records[3][0] == 0
    assert ("Ship", "12345678901234567890123", (), (), ()) in contents(card)


def test_an_extension_that_is_taken_is_put_elsewhere_and_pointed_to() -> None:
    card = plain_sim()
    write(card, 0x6F3A, 5, adn("Other", "99999999999999999999", extension=2))
    write(card, 0x6F4A, 2, ext("77"))
    restore(kept(filled_sim()), card)
    found = contents(card)
    assert ("Ship", "12345678901234567890123", (), (), ()) in found
    assert ("Other", "9999999999999999999977", (), (), ()) in found


def test_what_does_not_fit_is_said_and_none_of_it_is_written() -> None:
    card = plain_sim(room=3)
    file_of(card, 0x6F4A).records = [ext("1")] * 4
    plan = planned(kept(filled_sim()), card)
    assert verdicts(plan) == [Verdict.ADD, Verdict.NO_ROOM]
    assert plan.steps[1].reason == "Its name is longer than this card has room for."
    restore(kept(filled_sim()), card)
    assert [found[0] for found in contents(card)] == ["Ana"]


def test_a_card_with_fewer_records_takes_what_there_is_room_for() -> None:
    held = plain_sim()
    for number in range(1, 9):
        write(held, 0x6F3A, number, adn(f"N{number}", str(number)))
    card = plain_sim(contacts=5)
    plan = planned(kept(held), card)
    assert plan.count(Verdict.ADD) == 5
    assert plan.count(Verdict.NO_ROOM) == 3
    assert plan.steps[-1].reason == "This card has no free place left."


def test_a_phone_book_moves_between_kinds_of_cards() -> None:
    card = usim(iccid=OTHER)
    restore(kept(filled_sim()), card)
    assert contents(card) == contents(filled_sim())
    small = plain_sim(iccid=OTHER)
    plan = planned(kept(filled_usim()), small)
    assert [step.reason for step in plan.steps if step.verdict is Verdict.NO_ROOM] == [
        "This card has no room for its second number."
    ]


def test_messages_on_the_card_stay_and_the_state_of_one_that_is_there_is_the_cards() -> None:
    card = usim()
    write(card, 0x6F3C, 1, sms(1, deliver("5", "mine")))
    write(card, 0x6F3C, 3, sms(3, submit("+687333444", "On my way")))
    plan = planned(kept(filled_usim()), card)
    told = [(step.verdict, step.record, step.target) for step in plan.steps if step.role == "sms"]
    assert told == [(Verdict.ADD, 1, 4), (Verdict.ADD, 2, 2), (Verdict.LEAVE, 4, 3)]


def test_a_card_taken_out_at_any_command_holds_only_whole_entries_and_a_second_run_ends_the_work() -> None:
    held, wanted = kept(filled_usim()), {found[0]: found for found in contents(filled_usim())}
    first = len(_commands_of_reading(usim()))
    for commands in range(first, first + 400, 3):
        card = usim()
        write(card, 0x4F3A, 1, adn("Old", "1"))
        card.removed_after = commands
        with suppress(CardError):  # the last rounds end before the card is taken out
            restore(held, card, replace=True)
        card.removed_after = None
        for found in contents(card):
            assert found == wanted.get(found[0], ("Old", "1", (), (), ()))
        restore(held, card, replace=True)
        assert records(card) == records(filled_usim())


def _commands_of_reading(card: SimCard) -> list[bytes]:
    read(card)
    return card.commands


def test_a_card_that_does_not_keep_what_is_written_is_found_out() -> None:
    card = plain_sim()
    card.forgets = True
    with pytest.raises(CardError, match="did not keep record 1"):
        restore(kept(filled_sim()), card)


def test_a_card_that_refuses_in_the_middle_says_how_far_it_came() -> None:
    card = usim()
    card.refusals[(0x6F3C, 0xDC)] = "6581"
    with pytest.raises(CardError, match=r"Of 7 changes 4 were made; run this again"):
        restore(kept(filled_usim()), card)


def test_kept_items_name_the_card_they_are_of() -> None:
    assert kept(filled_usim()).iccid == ICCID


def odd_card(rng: random.Random, iccid: str) -> CardImage:
    """A card with anything in its records."""

    def records(size: int, count: int) -> tuple[bytes, ...]:
        octets = [0, 1, 2, 3, 0x41, 0x81, 0xFF, 0x12]
        held = [bytes(rng.choices(octets, k=size)) for _ in range(count)]
        return tuple(rng.choice([record, b"\xff" * size]) for record in held)

    sizes = {"adn.0": 20, "anr.0.0": 15, "iap.0": 1, "email.0.0": 8, "ext1.0": 13, "sms": 8}
    files = {role: FileImage(role, (), size, records(size, 4)) for role, size in sizes.items()}
    numbers = NumberList("adn.0", "ext1.0", ("anr.0.0",), "iap.0", ("email.0.0",), short_id=1)
    return CardImage(iccid, (numbers,), files)


def after(card: CardImage, plan: RestorePlan) -> CardImage:
    """The card once the plan is carried out."""
    for role, number, record in (each for step in plan.changes for each in step.writes):
        assert len(record) == card.files[role].record_bytes
        card = card.with_record(role, number, record)
    return card


@given(st.integers(0, 2**32), st.booleans())
def test_no_cards_crash_a_plan_and_carried_out_it_leaves_what_was_there_and_nothing_to_do(
    seed: int, replace: bool
) -> None:
    rng = random.Random(seed)
    held, card = odd_card(rng, "1"), odd_card(rng, "2")
    plan = plan_restore(held, card, replace=replace)
    made = after(card, plan)
    gone = {step.target for step in plan.changes if step.verdict is Verdict.REPLACE and step.role == "adn.0"}
    there = {entry.record: entry for entry in entries(made, made.lists[0])}
    for entry in entries(card, card.lists[0]):
        assert entry.record in gone or there[entry.record] == entry
    settled = {(step.role, step.record) for step in plan.steps if step.verdict is not Verdict.NO_ROOM}
    for step in plan_restore(held, made, replace=False).steps:
        assert step.verdict is Verdict.LEAVE or (step.role, step.record) not in settled
