"""``notou prune`` and its options, as a person runs them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from notou.backup.options import BackupOptions
from notou.model import FileKind
from tests.backup.site import PASSWORD, Site
from tests.support.program import Program

MIDDLING = 700 * 1024  # bytes of a pack: joined when small packs are asked for, not otherwise


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Packs of middling size that are all needed, and some needed in part only."""
    made = Site(tmp_path)
    rng = random.Random(3)
    made.write({f"Documents/{number}.txt": rng.randbytes(MIDDLING // 2) for number in range(24)})
    made.run(BackupOptions(pack_bytes=MIDDLING))
    return made


def prune(site: Site, *words: str) -> dict[str, Any]:
    """What ``notou prune`` says with --json."""
    to = [part for place in site.places for part in ("--to", str(place))]
    said = Program(site.base / "home", PASSWORD).run("prune", *to, "--json", *words).stdout
    (done,) = [json.loads(line) for line in said.splitlines()]
    assert isinstance(done, dict)
    return done


def waste_a_part_of_each_pack(site: Site) -> None:
    """Every second file goes, and the snapshots that had it."""
    for number in range(0, 24, 2):
        (site.source / f"Documents/{number}.txt").unlink()
    old = site.vault().snapshots()
    site.run()
    for snapshot in old:
        for place in site.places:
            (place / "snapshots" / snapshot.id).unlink()


def test_small_packs_are_joined_when_asked_for_only(site: Site) -> None:
    assert prune(site)["packs_repacked"] == 0
    before = len(site.objects(FileKind.PACK))
    assert prune(site, "--repack-small")["packs_repacked"] >= 10
    assert len(site.objects(FileKind.PACK)) < before - 8
    site.restic().run("check", "--read-data")


def test_no_more_is_packed_anew_than_was_said(site: Site) -> None:
    waste_a_part_of_each_pack(site)
    everything = prune(site, "--max-unused", "0", "--dry-run")
    some = prune(site, "--max-unused", "0", "--max-repack-size", "2M")
    assert 0 < some["packs_repacked"] < everything["packs_repacked"]
    assert sum(each["bytes_repacked"] for each in some["classes"].values()) <= 2 << 20
    assert prune(site, "--max-unused", "0")["packs_repacked"] > 0
    site.restic().run("check", "--read-data")


def test_what_is_no_size_is_refused_before_anything_is_done(site: Site) -> None:
    done = Program(site.base / "home", PASSWORD).run(
        "prune", "--to", str(site.places[0]), "--max-repack-size", "much", expect=1
    )
    assert "“much” is no size" in done.stderr
