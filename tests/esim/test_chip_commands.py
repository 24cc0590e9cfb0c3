"""notou esim chip as a person runs it: a chip in a reader, a server, the wallet in a vault."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from notou.esim.roots import KNOWN_ROOTS
from notou.esim.wallet.code import parse_code
from notou.esim.wallet.entry import Entry, Installed
from notou.jobs.wallet import change_wallet, wallet_in
from tests.esim.lpa.desk import CODE, Cut
from tests.support.card_server import offered
from tests.support.euicc.card import EuiccCard, sound_line
from tests.support.euicc.chip import chip_of
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.euicc.profiles import put
from tests.support.program import PASSWORD, Program
from tests.support.rsp.certificates import TEST_EID, World, make_world
from tests.support.smdp.orders import Order, State
from tests.support.smdp.server import serving_dp, serving_ds
from tests.support.smdp.smds import EventRecord

HOME = "8933000000000000027"
NUMBER = "+687 123456"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


class Traveller:
    """Somebody with a chip in a reader, a profile of home on it, and a code for another one."""

    def __init__(self, tmp: Path, world: World, stack: ExitStack) -> None:
        self.notou = Program(tmp / "home")
        self.world = world
        self.dp = stack.enter_context(serving_dp(world, host="127.0.0.1"))
        self.card = EuiccCard(chip_of(world))
        self.reader = ["--reader", stack.enter_context(offered(self.card, tmp / "chip"))]
        self.root = tmp / "ci.pem"
        self.root.write_bytes(world.ci.pem)
        self.trust = ["--ci-root", str(self.root)]
        told = [(ALL_EVENTS, self.dp.address)]
        put(self.card.chip, Offer(HOME, "Home", "Home line", told=told).encoded(), is_enabled=True)
        self.order = Order(CODE, Offer(told=told))
        self.dp.dp.orders.append(self.order)
        self.code = f"LPA:1${self.dp.address}${CODE}"
        self.place = tmp / "vault"

    def chip(self, *words: str, typed: str = "", expect: int = 0) -> str:
        """What a command says on both streams."""
        trust = self.trust if words[0] not in ("info", "profiles", "rename") else []
        done = self.notou.run("esim", "chip", *words, *self.reader, *trust, expect=expect, typed=typed)
        assert CODE not in done.stdout + done.stderr or "--reveal" in words
        return done.stdout + done.stderr

    def objects(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.chip(*words, "--json").splitlines()]

    @property
    def environ(self) -> dict[str, str]:
        return {"NOTOU_OUTBOX": str(self.notou.home / "outbox")}

    def entries(self) -> tuple[Entry, ...]:
        """What the wallet holds."""
        return wallet_in([str(self.place)], PASSWORD, lambda _: None).entries

    def names(self) -> list[tuple[str, bool]]:
        """The profiles on the chip, as the chip has them."""
        return [(each.iccid.hex()[-4:], each.enabled) for each in self.card.chip.memory.profiles]


@pytest.fixture
def traveller(tmp_path: Path, world: World) -> Iterator[Traveller]:
    with ExitStack() as stack:
        yield Traveller(tmp_path, world, stack)


def test_the_chip_tells_of_itself_and_hides_its_number_unless_asked(traveller: Traveller) -> None:
    assert TEST_EID not in traveller.chip("info")
    assert TEST_EID in traveller.chip("info", "--reveal")
    (told,) = traveller.objects("info")
    assert (told["eid"], told["eid_end"], told["sgp22_version"]) == (None, TEST_EID[-4:], "2.2.2")
    assert HOME not in traveller.chip("profiles")
    (profile,) = traveller.objects("profiles", "--reveal")
    assert (profile["iccid"], profile["enabled"], profile["name"]) == (HOME, True, "Home line")


def test_a_profile_is_shown_first_and_installed_only_by_who_agrees(traveller: Traveller) -> None:
    said = traveller.chip("download", traveller.code, expect=1)
    assert "offers the profile Séjour 15 Go of Helia" in said
    assert "can be used later" in said
    assert (len(traveller.names()), traveller.order.state) == (1, State.RELEASED)
    assert "Séjour 15 Go is installed" in traveller.chip("download", traveller.code, typed="y\n")
    assert [enabled for _, enabled in traveller.names()] == [True, False]
    assert traveller.order.state is State.INSTALLED
    said = traveller.chip("enable", "séjour 15 go")
    assert "The number of Séjour 15 Go can be reached now." in said
    assert "The number of Home line cannot be reached while it is disabled." in said


def test_a_profile_may_be_put_to_use_at_once(traveller: Traveller) -> None:
    said = traveller.chip("download", traveller.code, "--yes", "--enable")
    assert "The number of Séjour 15 Go can be reached now." in said
    assert [enabled for _, enabled in traveller.names()] == [False, True]


def test_who_refuses_gives_the_code_up(traveller: Traveller) -> None:
    traveller.chip("download", traveller.code, typed="refuse\n", expect=1)
    assert (traveller.order.state, traveller.dp.dp.cancelled) == (State.ERROR, [0])


def test_the_code_and_the_confirmation_code_may_come_on_standard_input(traveller: Traveller) -> None:
    traveller.order.confirmation_code = "9876"
    said = traveller.chip("download", "-", typed=f"{traveller.code}\nyes\n", expect=1)
    assert "can be used later" in said
    said = traveller.chip("download", "-", typed=f"{traveller.code}\nyes\n1111\n", expect=1)
    assert "confirmation code is wrong" in said
    file = traveller.root.with_name("confirmation")
    asked = ["download", traveller.code, "--yes", "--confirmation-code-file", str(file)]
    assert "cannot be read" in traveller.chip(*asked, expect=1)
    file.write_text("\n")
    assert "no confirmation code in" in traveller.chip(*asked, expect=1)
    file.write_text("9876\n")
    traveller.chip(*asked)
    assert len(traveller.names()) == 2


def test_the_wallet_follows_from_code_to_deletion(traveller: Traveller) -> None:
    place = str(traveller.place)
    vault = ["--vault", place]
    traveller.notou.run("init", "--to", place)
    kept = Entry("lagoon", code=parse_code(traveller.code), provider="Helia", number="+687123456")
    change_wallet([place], PASSWORD, lambda _: [kept], traveller.environ, lambda _: None)
    traveller.chip("download", "--wallet", "helia", "--yes", *vault)
    assert installed(traveller).state == "disabled"
    said = traveller.chip("enable", Offer().iccid[-4:], *vault)
    assert f"{NUMBER} (Séjour 15 Go) can be reached now." in said
    assert installed(traveller).state == "enabled"
    traveller.chip("rename", "Séjour 15 Go", "Lagon", *vault)
    assert installed(traveller).nickname == "Lagon"
    traveller.chip("disable", "Lagon", *vault)
    assert "Nothing was deleted" in traveller.chip("delete", "Lagon", *vault, expect=1)
    traveller.chip("delete", "Lagon", *vault, typed="y\n")
    assert installed(traveller).state == "deleted"
    assert len(traveller.names()) == 1


def installed(traveller: Traveller) -> Installed:
    """What the wallet knows of where the code's profile is."""
    (mine,) = [each for each in traveller.entries() if each.id == "lagoon"]
    assert mine.installed is not None
    return mine.installed


def test_offline_a_switch_works_and_what_operators_are_to_be_told_is_sent_later(traveller: Traveller) -> None:
    traveller.dp.site.faults.http_status = 503
    said = traveller.chip("disable", "Home line")
    assert "notifications --send" in said
    assert "no number of this chip can be reached" in said
    (waiting,) = traveller.objects("notifications")
    assert (waiting["operation"], waiting["iccid"]) == ("disable", None)
    assert "disabled" in traveller.chip("notifications")
    traveller.chip("notifications", "--send", expect=3)
    traveller.dp.site.faults.http_status = None
    assert "1 notification was sent." in traveller.chip("notifications", "--send")
    assert "told everything" in traveller.chip("notifications")


def test_a_deletion_warns_when_the_operator_cannot_be_told(traveller: Traveller) -> None:
    traveller.chip("disable", "Home line")
    assert "cannot be reached now" not in traveller.chip("delete", "Home line", expect=1)
    traveller.trust = []
    assert "cannot be reached now" in traveller.chip("delete", "Home line", expect=1)
    assert len(traveller.names()) == 1


def test_a_server_is_trusted_only_once_its_root_is(traveller: Traveller) -> None:
    trust, traveller.trust = traveller.trust, []
    said = traveller.chip("download", traveller.code, expect=1)
    assert "Notou Test CI" in said
    assert "roots add FILE" in said
    assert traveller.dp.site.asked == []
    roots = ["esim", "chip", "roots"]
    assert "not one of the GSMA's" in traveller.notou.run(*roots, "add", trust[1], expect=1, typed="").stderr
    traveller.notou.run(*roots, "add", trust[1], typed="y\n")
    *shipped, root = map(json.loads, traveller.notou.run(*roots, "list", "--json").stdout.splitlines())
    assert {each["known_as"] for each in shipped} == set(KNOWN_ROOTS.values())
    assert (root["key_id"], root["known_as"]) == (traveller.world.ci.key_id.hex(), None)
    traveller.chip("download", traveller.code, "--yes")
    traveller.notou.run(*roots, "remove", root["key_id"][:10])
    assert len(traveller.notou.run(*roots, "list").stdout.splitlines()) == len(shipped)


def test_the_roots_of_web_sites_count_only_where_that_is_asked_for(traveller: Traveller) -> None:
    words = traveller.notou.argv("esim", "chip", "download", traveller.code, "--yes", *traveller.reader)
    env = {**traveller.notou.env, "SSL_CERT_FILE": str(traveller.root)}  # this machine's web sites' roots
    assert subprocess.run(words, env=env, capture_output=True).returncode == 1
    assert traveller.dp.site.asked == []
    subprocess.run([*words, "--web-roots"], env=env, capture_output=True, check=True)
    assert traveller.order.state is State.INSTALLED


def test_one_process_at_a_time_uses_a_chip(traveller: Traveller) -> None:
    locks = traveller.notou.home / ".local/state/notou/cards"
    traveller.chip("profiles")
    (lock,) = locks.iterdir()
    import fcntl

    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "Another Notou" in traveller.chip("profiles", expect=11)


def test_what_waits_is_discovered_and_its_code_hidden_unless_asked(traveller: Traveller) -> None:
    with serving_ds(traveller.world, host="127.0.0.1") as ds:
        ds.ds.records.append(EventRecord(TEST_EID, CODE, traveller.dp.address))
        assert traveller.dp.address in traveller.chip("discover", "--server", ds.address)
        (found,) = traveller.objects("discover", "--server", ds.address, "--reveal")
        traveller.chip("download", found["events"][0]["code"], "--yes")


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
@pytest.mark.parametrize("request_number", [1, 2, 3, 4])
def test_a_line_cut_at_any_request_leaves_chip_and_wallet_of_one_mind(
    traveller: Traveller, fault: str, request_number: int
) -> None:
    place = str(traveller.place)
    traveller.notou.run("init", "--to", place)
    setattr(traveller.dp.site.faults, fault, request_number)
    installed = request_number == 4
    command = ["download", traveller.code, "--yes", "--vault", place]
    traveller.chip(*command, expect=0 if installed else 1)
    assert len(traveller.names()) == 1 + installed
    traveller.dp.site.faults = type(traveller.dp.site.faults)()
    if not installed:
        traveller.chip(*command)
    traveller.chip("notifications", "--send")
    states = sorted(each.installed.state for each in traveller.entries() if each.installed)
    assert states == ["disabled", "enabled"]
    assert [each.code.text for each in traveller.entries() if each.code] == [traveller.code]
    assert traveller.order.state is State.INSTALLED


@pytest.mark.parametrize("at", [4, 25, 50, 80])
def test_a_line_to_the_chip_cut_anywhere_leaves_chip_and_wallet_of_one_mind(
    traveller: Traveller, at: int
) -> None:
    place = str(traveller.place)
    traveller.notou.run("init", "--to", place)
    command = ["download", traveller.code, "--yes", "--vault", place, *traveller.reader, *traveller.trust]
    traveller.card.line = Cut(at, before=False)
    traveller.notou.attempt("esim", "chip", *command)
    traveller.card.line = sound_line
    traveller.card.power_cycle()
    if len(traveller.names()) == 1:
        traveller.notou.run("esim", "chip", *command)
    traveller.chip("rename", "Séjour 15 Go", "Lagon", "--vault", place)
    assert [enabled for _, enabled in traveller.names()] == [True, False]
    states = {each.installed.nickname: each.installed.state for each in traveller.entries() if each.installed}
    assert states == {"": "enabled", "Lagon": "disabled"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["download"], "Give one of these"),
        (["download", "--wallet", "helia"], "--vault"),
        (["download", "LPA:1"], "code"),
        (["download", "--default-server", "--imei", "12"], "15 digits"),
        (["download", "--default-server"], "no server set"),
        (["enable", "nobody"], "No profile here is called"),
        (["info", "--aid", "zz"], "hexadecimal"),
        (["info", "--aid", "A000000559"], "is no eSIM chip"),
    ],
)
def test_what_cannot_be_done_as_said_is_answered_in_a_sentence(
    traveller: Traveller, words: list[str], sentence: str
) -> None:
    assert sentence in traveller.chip(*words, expect=1)
