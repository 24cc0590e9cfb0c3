"""The wallet after a look at a chip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count

from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.code import ActivationCode
from notou.esim.wallet.entry import Entry, Installed, ProfileState
from notou.esim.wallet.follow import ChipProfile, ChipState, follow

TODAY, BEFORE = date(2026, 12, 1), date(2026, 11, 1)
EID, OTHER_EID = "89049032123451234512345678901235", "89049032123451234512345678901299"
PROFILE = ChipProfile("8944", True, "Plan", "Truphone", "trip", ProfileClass.OPERATIONAL, "546-01", ("a.b",))
CODE = Entry("code", code=ActivationCode("a.b", "X"), provider="Tru", note="mine")


def ids() -> Callable[[], str]:
    numbers = count()
    return lambda: f"new{next(numbers)}"


def on(*profiles: ChipProfile, eid: str = EID) -> ChipState:
    return ChipState(eid, profiles)


INSTALLED = replace(
    CODE,
    installed=Installed(
        "phone", EID, "8944", "Plan", "trip", ProfileClass.OPERATIONAL, ProfileState.ENABLED, BEFORE, ("a.b",)
    ),
    network="546-01",
)


def test_what_was_downloaded_is_installed_and_what_a_person_wrote_stays() -> None:
    (entry,) = follow([CODE], on(PROFILE), TODAY, ids(), {"code": "8944"})
    assert entry.installed == replace(INSTALLED.installed or Installed(), device="", since=TODAY)
    assert (entry.provider, entry.note, entry.network, entry.code) == ("Tru", "mine", "546-01", CODE.code)


def test_nothing_new_leaves_the_very_same_entries() -> None:
    other = replace(CODE, id="else")
    followed = follow([INSTALLED, other], on(PROFILE), TODAY, ids())
    assert followed[0] is INSTALLED
    assert followed[1] is other


def test_a_profile_that_was_disabled_is_so_since_today() -> None:
    (entry,) = follow([INSTALLED], on(replace(PROFILE, enabled=False)), TODAY, ids())
    assert entry.installed is not None
    assert (entry.installed.state, entry.installed.since) == (ProfileState.DISABLED, TODAY)
    assert entry.installed.device == "phone"


def test_a_profile_that_is_gone_from_its_chip_was_deleted_and_keeps_its_names() -> None:
    (entry,) = follow([INSTALLED], on(), TODAY, ids())
    assert entry.installed is not None
    assert (entry.installed.state, entry.installed.since) == (ProfileState.DELETED, TODAY)
    assert entry.installed.iccid == "8944"
    assert not entry.is_on_a_chip
    assert follow([entry], on(), TODAY, ids()) == [entry]


def test_a_look_at_one_chip_says_nothing_of_another() -> None:
    assert follow([INSTALLED], on(eid=OTHER_EID), TODAY, ids())[0] is INSTALLED


def test_a_profile_that_turns_up_on_another_chip_moved_there() -> None:
    (entry,) = follow([INSTALLED], on(PROFILE, eid=OTHER_EID), TODAY, ids())
    assert entry.installed is not None
    assert (entry.installed.eid, entry.installed.device, entry.installed.since) == (OTHER_EID, "", TODAY)


def test_a_profile_that_no_entry_knows_gets_one_without_a_code_once() -> None:
    followed = follow([CODE], on(PROFILE, PROFILE), TODAY, ids())
    assert [each.id for each in followed] == ["code", "new0"]
    assert (followed[1].code, followed[1].provider, followed[1].added_on) == (None, "Truphone", TODAY)
    assert follow(followed, on(PROFILE), TODAY, ids()) == followed


def test_a_code_used_again_stands_for_the_new_profile_and_the_old_one_gets_its_own_entry() -> None:
    newer = replace(PROFILE, iccid="8955")
    followed = follow([INSTALLED], on(PROFILE, newer), TODAY, ids(), {"code": "8955"})
    assert [each.installed.iccid for each in followed if each.installed] == ["8955", "8944"]
    assert [each.code is None for each in followed] == [False, True]


def test_the_device_written_down_beforehand_stays_and_that_of_another_chip_goes() -> None:
    meant = replace(CODE, installed=Installed(device="phone"))
    (entry,) = follow([meant], on(PROFILE), TODAY, ids(), {"code": "8944"})
    assert entry.installed is not None
    assert entry.installed.device == "phone"
    (moved,) = follow([INSTALLED], on(PROFILE, eid=OTHER_EID), TODAY, ids(), {"code": "8944"})
    assert moved.installed is not None
    assert moved.installed.device == ""
