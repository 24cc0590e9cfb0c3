"""The guide's commands, run as they stand there, in order, by a person with two disks."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from bench.homes import contact, jpeg

from notou.cli.exit_codes import MEANINGS
from notou.cli.main import COMMANDS, program
from tests.support.card_server import offered
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.euicc.profiles import put
from tests.support.restic import restic_program
from tests.support.rsp.certificates import make_world
from tests.support.simcard.card import SimCard
from tests.support.simcard.cards import usim, write
from tests.support.simcard.records import adn
from tests.support.smdp.orders import Order
from tests.support.smdp.server import serving_dp

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "guide.md").read_text(encoding="utf-8")
SIM_READER = "modem:/dev/ttyUSB2"  # in which the guide's person has a SIM card
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def make_home(home: Path) -> None:
    """Contacts, a letter, two pictures."""
    rng = random.Random(4)
    for name in ("Documents", "Pictures", ".cache"):
        (home / name).mkdir(parents=True)
    (home / "contacts.vcf").write_text("".join(contact(n, n) for n in range(20)), newline="")
    (home / "Documents" / "letter.txt").write_text("Dear Ana,\n")
    for name in ("IMG_1.JPG", "img_2.jpg"):
        (home / "Pictures" / name).write_bytes(jpeg(rng, 20_000, name))
    (home / ".cache" / "junk").write_bytes(b"junk")


def sim_card() -> SimCard:
    """A card whose PIN is switched off, with one contact."""
    card = usim()
    card.pins[1].enabled = False
    write(card, 0x4F3A, 1, adn("Ana", "+687123456"))
    return card


def script(tmp: Path) -> str:
    """Every block of the guide, with the disks where this test may write."""
    text = "\n".join(["set -euxo pipefail", "cd", *BLOCK.findall(GUIDE)])
    for place in ("/media/disk", "/srv/second", "/tmp/"):
        text = text.replace(place, str(tmp / "places") + place)
    return text


@contextmanager
def a_chip_and_its_operators(tmp: Path) -> Iterator[tuple[str, str]]:
    """(the chip's reader, the operator's server): a line of home is on the chip, a code for here is ready."""
    world = make_world()
    (tmp / "home" / "makers-root.pem").write_bytes(world.ci.pem)
    with serving_dp(world, host="127.0.0.1") as dp:
        chip = chip_of(world)
        told = [(ALL_EVENTS, dp.address)]
        put(chip, Offer("8933000000000000019", "Home", "Home line", told=told).encoded(), is_enabled=True)
        dp.dp.orders.append(Order("NC-LAGON-15", Offer(told=told)))
        with offered(EuiccCard(chip), tmp / "chip") as reader:
            yield reader, dp.address


def test_every_command_of_the_guide_works(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "notou").symlink_to(Path(sys.executable).with_name("notou"))
    (programs / "restic").symlink_to(restic_program())
    for place in ("media/disk", "srv", "tmp"):
        (tmp_path / "places" / place).mkdir(parents=True)
    env = {"HOME": str(tmp_path / "home"), "PATH": f"{programs}:{os.environ['PATH']}", "LANG": "C.UTF-8"}
    with a_chip_and_its_operators(tmp_path) as (reader, server):
        env["NOTOU_READER"] = reader
        commands = script(tmp_path).replace("rsp.example.org", server)
        with offered(sim_card(), tmp_path / "sim") as modem:
            commands = commands.replace(SIM_READER, modem)
            done = subprocess.run(["bash", "-c", commands], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    letter = (tmp_path / "home/Documents/letter.txt").read_bytes()
    places = tmp_path / "places/tmp"
    assert (places / "letter.txt").read_bytes() == letter
    assert next((places / "papers").rglob("letter.txt")).read_bytes() == letter
    with_restic = {path.name for path in (places / "with-restic").rglob("*.*") if path.is_file()}
    assert with_restic >= {"letter.txt", "contacts.vcf", "IMG_1.JPG", "img_2.jpg"}
    assert [path.name for path in (places / "photos").rglob("*.*")] != []
    assert all(path.suffix.lower() == ".jpg" for path in (places / "photos").rglob("*") if path.is_file())


def test_the_guide_names_every_command_and_every_exit_code() -> None:
    assert [name for name in COMMANDS if f"notou {name}" not in GUIDE] == []
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning} |" in GUIDE


def test_every_option_of_the_commands_for_trips_codes_and_cards_is_documented() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    named = set(re.findall(r"--[a-z0-9-]+", pages))
    options = {
        option
        for word in ("trip", "esim", "sim")
        for command in commands_below(program(), word)
        for parameter in command.params
        for option in parameter.opts
        if option.startswith("--")
    }
    assert len(options) > 50
    assert sorted(options - named) == []


def commands_below(group: click.Group, word: str) -> Iterator[click.Command]:
    """The command of this name and, where it is a group, all in it."""
    command = group.get_command(click.Context(group), word)
    assert command is not None
    yield command
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            yield from commands_below(command, inner)


def test_the_guide_names_every_setting_of_the_environment() -> None:
    source = Path(__file__).resolve().parents[2] / "src"
    code = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    names = set(re.findall(r'"(NOTOU_[A-Z_]+)"', code))
    assert len(names) >= 6
    assert sorted(name for name in names if f"`{name}" not in GUIDE) == []


def test_every_event_of_the_json_lines_is_documented() -> None:
    documented = (DOCS / "json-lines.md").read_text(encoding="utf-8")
    source = Path(__file__).resolve().parents[2] / "src/notou/cli"
    code = "\n".join(path.read_text(encoding="utf-8") for path in source.rglob("*.py"))
    said = re.findall(r"""(?:\.result|\.done|\.warn|_object)\(\s*"(\w+)\"""", code)
    assert len(said) > 10
    assert sorted(name for name in set(said) if f"| `{name}` |" not in documented) == []
