"""lpac, which others wrote, carries out everything against the simulated eUICC and the server doubles.

This shows that the doubles follow the specification rather than each other, or Notou.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import Habits, chip_of
from tests.support.euicc.memory import Event
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.euicc.profiles import put
from tests.support.lpac import Lpac, LpacRefusedError, lpac_program
from tests.support.modem import Modem, plugged_in
from tests.support.rsp.certificates import TEST_EID, World, make_world
from tests.support.smdp.orders import Order, State
from tests.support.smdp.server import DpSite, serving_dp, serving_ds
from tests.support.smdp.smds import EventRecord

HOME = "8933010000000000015"


@dataclass
class Scene:
    lpac: Lpac
    card: EuiccCard
    server: DpSite
    order: Order


@pytest.fixture(scope="module")
def world() -> World:
    lpac_program()
    return make_world()


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    card = EuiccCard(chip_of(world))
    with serving_dp(world) as server, plugged_in(Modem(card.exchange)) as line:
        told = [(ALL_EVENTS, server.address)]
        put(card.chip, Offer(iccid=HOME, told=told).encoded(), is_enabled=True)
        order = Order("NOTOU-1", Offer(told=told), confirmation_code="1234")
        server.dp.orders.append(order)
        yield Scene(Lpac(line), card, server, order)


def download(scene: Scene, code: str) -> None:
    place = ("-s", scene.server.address, "-m", "NOTOU-1", "-c", code)
    scene.lpac.run("profile", "download", *place)


def states(scene: Scene) -> dict[str, str]:
    return {each["iccid"]: each["profileState"] for each in scene.lpac.run("profile", "list")}


def test_it_reads_what_the_chip_says_of_itself(scene: Scene, world: World) -> None:
    info = scene.lpac.run("chip", "info")
    assert info["eidValue"] == TEST_EID
    assert info["EUICCInfo2"]["svn"] == "2.2.2"
    assert info["EUICCInfo2"]["euiccCiPKIdListForSigning"] == [world.ci.key_id.hex()]
    assert info["EUICCInfo2"]["extCardResource"]["freeNonVolatileMemory"] == scene.card.chip.memory.free_bytes


def test_it_downloads_switches_renames_deletes_and_the_server_hears_of_all_of_it(scene: Scene) -> None:
    download(scene, "1234")
    iccid = scene.order.offer.iccid
    assert states(scene) == {HOME: "enabled", iccid: "disabled"}
    scene.lpac.run("profile", "enable", iccid)
    scene.lpac.run("profile", "nickname", iccid, "Nouméa été")
    assert scene.lpac.run("profile", "list")[1]["profileNickname"] == "Nouméa été"
    assert states(scene) == {HOME: "disabled", iccid: "enabled"}
    scene.lpac.run("profile", "disable", iccid)
    scene.lpac.run("profile", "delete", iccid)
    scene.lpac.run("notification", "process", "-a", "-r")
    assert [told.event for told in scene.server.dp.told] == [
        *(Event.INSTALL, Event.INSTALL, Event.DISABLE, Event.ENABLE, Event.DISABLE, Event.DELETE),
    ]
    assert scene.server.dp.refused_notifications == 0
    assert scene.order.state is State.INSTALLED
    assert scene.lpac.run("notification", "list") == []


def test_it_takes_a_refresh_announced_by_the_status_for_success(scene: Scene) -> None:
    scene.card.chip.habits = Habits(announces_refresh=True)
    scene.lpac.run("profile", "disable", HOME, "1")
    assert (states(scene), scene.card.chip.refreshes) == ({HOME: "disabled"}, 1)


def test_it_is_told_that_the_confirmation_code_is_wrong(scene: Scene) -> None:
    with pytest.raises(LpacRefusedError) as refused:
        download(scene, "4321")
    assert refused.value.function == "es9p_get_bound_profile_package"
    assert scene.order.tries_left == 2


def test_it_reads_why_a_package_was_refused(scene: Scene) -> None:
    scene.card.chip.memory.capacity_bytes = 20_000 + scene.order.profile_bytes
    with pytest.raises(LpacRefusedError) as refused:
        download(scene, "1234")
    said = refused.value.said
    assert "install_failed_due_to_insufficient_memory_for_profile" in str(said)


def test_it_discovers_what_waits_at_the_sm_ds(scene: Scene, world: World) -> None:
    with serving_ds(world) as site:
        site.ds.records.append(EventRecord(TEST_EID, "EVENT-1", "dp.example"))
        assert scene.lpac.run("profile", "discovery", "-s", site.address) == ["dp.example"]
