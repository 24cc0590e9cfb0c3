"""restic and rustic work on our vaults and we on theirs, in turn."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from random import Random

import pytest

from notou.events import Event
from notou.model import FileKind
from notou.stores.local import LocalStore
from notou.upkeep.check import CheckOptions, check
from notou.upkeep.findings import CheckResult
from notou.upkeep.prune import prune
from notou.upkeep.subset import Subset
from notou.vault.repository import Vault
from tests.support.restic import Restic
from tests.upkeep.place import EVERYTHING, Place, ignore

FIXTURES = Path(__file__).parent.parent / "fixtures"


def _check(path: Path, password: str) -> CheckResult:
    vault = Vault.open([LocalStore(bytes(path))], password)
    stores = [LocalStore(bytes(path))]
    options = CheckOptions(Subset())
    return check(stores, vault.config, vault.master, options, random=Random(1), report=ignore)


def test_restics_prune_and_rewrite_leave_what_ours_finds_clean(place: Place) -> None:
    restic = place.site.restic()
    restic.run("rewrite", "--exclude", "letter.txt", "--forget")
    restic.run("prune", "--max-unused", "0")
    place.check(stores=place.stores[:1]).require_clean()
    place.prune(place.stores[:1])  # restic took the lanes off the index files
    place.restic_checks()
    place.site.run(stores=place.stores[:1])
    place.restic_checks()


def test_a_copy_made_by_restic_checks_clean_and_prunes(place: Place, tmp_path: Path) -> None:
    target = Restic(tmp_path / "theirs", "other", env={"RESTIC_FROM_PASSWORD": "geheim"})
    target.run("init")
    target.run("copy", "--from-repo", place.site.places[0])
    _check(tmp_path / "theirs", "other").require_clean()


@pytest.mark.parametrize("name", ["restic-0.18-repo.tar.gz", "rustic-0.11-repo.tar.gz"])
def test_vaults_of_others_check_clean_and_prune(tmp_path: Path, name: str, place: Place) -> None:
    with tarfile.open(FIXTURES / name) as archive:
        archive.extractall(tmp_path / "fixture", filter="data")
    (config,) = (tmp_path / "fixture").rglob("config")
    _check(config.parent, "geheim").require_clean()
    store = LocalStore(bytes(config.parent))
    vault = Vault.open([store], "geheim")
    prune(
        [store],
        vault.config,
        vault.master,
        EVERYTHING,
        workspace=place.workspace(),
        holder=place.site.holder(),
        report=ignore,
    )
    _check(config.parent, "geheim").require_clean()
    Restic(config.parent, "geheim").run("check", "--read-data")


def test_progress_is_told_for_every_pack(place: Place) -> None:
    events: list[Event] = []
    options = CheckOptions(Subset())
    check(place.stores[:1], place.config, place.master, options, random=Random(1), report=events.append)
    assert len(events) == len(place.stores[0].list(FileKind.PACK))


def test_a_subset_reads_its_share_and_all_parts_together_read_all(place: Place) -> None:
    packs = {os.urandom(32): 100 for _ in range(300)}
    parts = [Subset.parse(f"{part}/7").choose(packs, Random(1)) for part in range(1, 8)]
    assert sorted(id_ for part in parts for id_ in part) == sorted(packs)
    assert len(Subset.parse("10%").choose(packs, Random(1))) == 30
    assert len(Subset.parse("1K").choose(packs, Random(1))) == 10
