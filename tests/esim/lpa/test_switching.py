"""Switching, renaming and deleting on cards that differ, over lines that are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from notou.errors import CardError, ChipRefusedError, NotFoundError, NotouError, UsageError
from notou.jobs.chip import ChipAtHand, delete_profile, disable_profile, enable_profile, rename_profile
from tests.esim.lpa.desk import Cut, Desk, desk_of
from tests.support.euicc.chip import Habits
from tests.support.euicc.memory import Rule
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.euicc.profiles import put
from tests.support.rsp.certificates import World

HOME, AWAY = "8933000000000000019", "8968701000000000019"
HABITS = {
    "none": Habits(),
    "refuses refresh": Habits(refuses_refresh=True),
    "announces refresh": Habits(announces_refresh=True),
    "refuses aid": Habits(refuses_aid=True),
    "both": Habits(refuses_refresh=True, refuses_aid=True),
}
DEEDS: dict[str, Callable[[ChipAtHand, str], object]] = {
    "enable": enable_profile,
    "disable": disable_profile,
    "delete": delete_profile,
}


@pytest.fixture(params=HABITS.values(), ids=list(HABITS))
def travelling(request: pytest.FixtureRequest, world: World) -> Iterator[Desk]:
    """A chip with a profile of home, enabled, and one of here."""
    with desk_of(world, request.param) as desk:
        fill(desk)
        yield desk


def fill(desk: Desk, rules: tuple[Rule, ...] = ()) -> None:
    told = [(ALL_EVENTS, desk.dp.address)]
    put(desk.card.chip, Offer(HOME, "Home", "Home line", told=told, rules=rules).encoded(), is_enabled=True)
    put(desk.card.chip, Offer(AWAY, told=told).encoded())


def enabled_on(desk: Desk) -> list[bool]:
    return [profile.enabled for profile in desk.card.chip.memory.profiles]


def test_another_profile_is_enabled_and_both_operators_are_told(travelling: Desk) -> None:
    with travelling.hand() as hand:
        change = enable_profile(hand, AWAY)
    assert enabled_on(travelling) == [False, True]
    assert [each.enabled for each in change.switched.after] == [False, True]
    assert [told.event for told in change.told.sent] == ["disable", "enable"]
    assert travelling.card.chip.memory.notifications == []


def test_a_profile_is_disabled_deleted_and_named(travelling: Desk) -> None:
    with travelling.hand() as hand:
        rename_profile(hand, AWAY, "Île des Pins")
        assert travelling.card.chip.memory.profiles[1].nickname == "Île des Pins"
        disable_profile(hand, HOME)
        change = delete_profile(hand, HOME)
    assert [each.iccid for each in change.switched.after] == [AWAY]
    assert len(travelling.card.chip.memory.profiles) == 1


def test_what_is_so_already_is_no_failure(desk: Desk) -> None:
    fill(desk)
    with desk.hand() as hand:
        enable_profile(hand, HOME)
        disable_profile(hand, AWAY)
    assert enabled_on(desk) == [True, False]


@pytest.mark.parametrize(
    ("deed", "rules", "words"),
    [
        ("delete", (), "disable it, or enable another"),
        ("disable", (Rule.MAY_NOT_BE_DISABLED,), "may not be disabled"),
    ],
)
def test_what_the_chip_forbids_is_a_sentence_and_changes_nothing(
    desk: Desk, deed: str, rules: tuple[Rule, ...], words: str
) -> None:
    fill(desk, rules)
    with desk.hand() as hand, pytest.raises(ChipRefusedError, match=words):
        DEEDS[deed](hand, HOME)
    assert enabled_on(desk) == [True, False]


def test_a_profile_that_is_not_there_and_a_name_too_long_are_said(desk: Desk) -> None:
    fill(desk)
    with desk.hand() as hand:
        with pytest.raises(NotFoundError):
            enable_profile(hand, "8900000000000000000")
        with pytest.raises(UsageError, match="64 bytes"):
            rename_profile(hand, HOME, "é" * 33)


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_lost_answer_is_looked_into_and_never_taken_for_a_failure(
    world: World, deed: str, *, before: bool
) -> None:
    for at in range(1, 9):
        with desk_of(world) as desk:
            fill(desk)
            target = AWAY if deed != "disable" else HOME
            desk.card.line = Cut(at, before=before)
            failure: NotouError | None = None
            try:
                with desk.hand() as hand:
                    DEEDS[deed](hand, target)
            except CardError as error:
                failure = error
            if failure is None:
                assert is_done(desk, deed), at
            else:
                assert at <= 2 or (at == 3 and before), failure
            desk.card.line = lambda command, exchange: exchange(command)
            if not is_done(desk, deed):
                with desk.hand() as hand:
                    DEEDS[deed](hand, target)
            assert is_done(desk, deed), at


def is_done(desk: Desk, deed: str) -> bool:
    if deed == "enable":
        return enabled_on(desk) == [False, True]
    return enabled_on(desk) == ([False, False] if deed == "disable" else [True])


def test_a_card_that_only_pretends_is_found_out(desk: Desk) -> None:
    fill(desk)

    def pretending(command: bytes, exchange: Callable[[bytes], bytes]) -> bytes:
        return exchange(command) if b"\xbf\x31" not in command else b"\xbf\x31\x03\x80\x01\x00\x90\x00"

    desk.card.line = pretending
    with desk.hand() as hand, pytest.raises(CardError, match="shows otherwise"):
        enable_profile(hand, AWAY)


def test_offline_the_change_is_made_and_what_there_is_to_tell_waits(desk: Desk) -> None:
    fill(desk)
    desk.dp.site.faults.http_status = 503
    with desk.hand() as hand:
        change = enable_profile(hand, AWAY)
    assert (change.told.sent, len(change.told.kept)) == ((), 2)
    assert len(desk.card.chip.memory.notifications) == 2
