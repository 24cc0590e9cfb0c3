"""A trip in miniature: a traveller's home, two copies, one of them broken, everything brought back.

Run as ``python -m tools.demo``. Every command it runs is shown as a person would type it.
"""

from __future__ import annotations

import os
import random
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.homes import KIB, MIB, contact, event, mp4, write_documents, write_photos
from tests.support.compare import assert_same_tree

SEED = 20


def make_home(home: Path) -> None:
    """Contacts, a calendar, messages, documents, photos and a video, a few megabytes in all."""
    rng = random.Random(SEED)
    home.mkdir()
    (home / "contacts.vcf").write_text("".join(contact(n, n * 7919) for n in range(300)), newline="")
    events = "".join(event(n, n * 31) for n in range(200))
    (home / "calendar.ics").write_text(
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n", newline=""
    )
    write_documents(home / "Documents", rng, 80)
    write_photos(home / "Pictures", rng, 2, 6, 400 * KIB)
    (home / "Videos").mkdir()
    (home / "Videos" / "ferry.mp4").write_bytes(mp4(rng, 6 * MIB))
    make_messages(home / "messages.db", rng)


def make_messages(path: Path, rng: random.Random) -> None:
    """A real SQLite database, as phones keep messages in."""
    rows = [(f"+687{rng.randrange(10**6):06d}", f"See you at the ferry, {n}") for n in range(2000)]
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, peer TEXT, body TEXT)")
        database.executemany("INSERT INTO message (peer, body) VALUES (?, ?)", rows)
    database.close()


def say(text: str) -> None:
    """A line of the story."""
    print(f"\n# {text}", flush=True)


class Trip:
    """The folder the demo plays in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "NOTOU_PASSWORD": "a demo needs no secret",
            "NOTOU_OUTBOX": str(folder / "outbox"),
        }

    def run(self, line: str, expect: int = 0) -> None:
        """Show and run one command; the demo ends when its exit code is not the expected one."""
        print(f"$ {line}", flush=True)
        words = shlex.split(line)
        program = str(Path(sys.executable).with_name(words[0]))
        code = subprocess.run([program, *words[1:]], cwd=self.folder, env=self.env).returncode
        if code != expect:
            raise SystemExit(f"The demo failed: exit code {code}, not {expect}, from: {line}")
        if code:
            print(f"(exit code {code}, as it should be)", flush=True)

    def break_copy(self, copy: str) -> None:
        """What a dying disk does: one pack gone, another with a flipped byte."""
        packs = sorted((self.folder / copy / "data").rglob("*/*"))
        packs[0].unlink()
        content = bytearray(packs[-1].read_bytes())
        content[len(content) // 2] ^= 1
        packs[-1].chmod(0o600)
        packs[-1].write_bytes(content)

    def compare(self, restored: str) -> None:
        """The restored home against the real one, to the last bit, time and permission."""
        assert_same_tree(self.folder / "home", self.folder / restored / str(self.folder).lstrip("/") / "home")
        count = sum(path.is_file() for path in (self.folder / "home").rglob("*"))
        print(f"Compared: all {count} files are the same, times and permissions too.", flush=True)


def tell(trip: Trip) -> None:
    """The story, from the first backup to the healed copy."""
    say("A traveller's home: contacts, calendar, messages, documents, photos, a video.")
    make_home(trip.folder / "home")
    say("A vault at two places, and the first backup: read and encrypted once, stored twice.")
    trip.run("notou init --to disk --to second")
    trip.run("notou backup home --to disk --to second")
    say("What is there; every class has its own snapshot.")
    trip.run("notou snapshots --from disk")
    say("The next backup finds nothing new.")
    trip.run("notou backup home --to disk --to second")
    say("One disk begins to die: a pack is lost, another damaged. The check finds both.")
    trip.break_copy("disk")
    trip.run("notou check --from disk --read-data", expect=1)
    say("The other place gives everything back.")
    trip.run("notou restore latest --from second --target out")
    trip.compare("out")
    say("And it heals the first.")
    trip.run("notou repair heal --to disk --to second")
    trip.run("notou check --from disk --read-data")
    trip.run("notou restore latest --from disk --target again")
    trip.compare("again")


def main() -> None:
    """Play the story in a temporary folder."""
    started_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="notou-demo-") as folder:
        tell(Trip(Path(folder).resolve()))
    say(f"That took {time.monotonic() - started_s:.1f} seconds.")


if __name__ == "__main__":
    main()
