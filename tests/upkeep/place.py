"""Where the upkeep tests work: the backup tests' site, with belongings backed up a few times."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

from notou.events import Event
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.upkeep.check import CheckOptions, check
from notou.upkeep.findings import CheckResult
from notou.upkeep.forget import forget
from notou.upkeep.heal import HealResult, heal
from notou.upkeep.prune import PruneResult, prune
from notou.upkeep.prune_plan import MaxUnused, PruneOptions
from notou.upkeep.subset import Subset
from tests.backup.site import Site
from tests.support.belongings import BELONGINGS

EVERYTHING = PruneOptions(max_unused=MaxUnused(size_bytes=0))


def ignore(_event: Event) -> None:
    """Nobody listens."""


class Place:
    """A site and the upkeep jobs on it."""

    def __init__(self, base: Path) -> None:
        self.site = Site(base)
        self.stores: list[Store] = self.site.stores
        self.config = self.site.vault().config
        self.master = self.site.master
        self._workspaces = 0

    def fill(self, seed: int = 7) -> None:
        """Three backups, of which the second is unlike the others; the middle one is forgotten."""
        print(f"seed {seed}")
        random = Random(seed)
        self.site.write(BELONGINGS)
        self.site.run()
        first = self._snapshot_ids()
        passing = {f"Documents/{number}.txt": random.randbytes(3000) for number in range(8)}
        self.site.write(passing | {"Documents/stays.txt": random.randbytes(3000)})
        self.site.run()
        middle = self._snapshot_ids() - first
        for name in passing:
            (self.site.source / name).unlink()
        self.site.run()
        self.forget(sorted(middle))

    def _snapshot_ids(self) -> set[str]:
        return {one.id for one in self.site.vault().snapshots()}

    def forget(self, ids: list[str]) -> None:
        forget(self.stores, self.master, ids, self.site.holder(), ignore)

    def workspace(self) -> bytes:
        self._workspaces += 1
        path = self.site.base / f"workspace{self._workspaces}"
        path.mkdir()
        return os.fsencode(path)

    def twin(self) -> list[Store]:
        """Both copies of the vault again, as they are now, at other places."""
        stores: list[Store] = []
        for number, original in enumerate(self.site.places):
            target = self.site.base / f"twin{number}"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(original, target)
            stores.append(LocalStore(bytes(target)))
        return stores

    def prune(self, stores: list[Store] | None = None, options: PruneOptions = EVERYTHING) -> PruneResult:
        return prune(
            stores or self.stores,
            self.config,
            self.master,
            options,
            workspace=self.workspace(),
            holder=self.site.holder(),
            report=ignore,
        )

    def check(self, *, read: bool = True, stores: list[Store] | None = None) -> CheckResult:
        options = CheckOptions(Subset() if read else None)
        return check(
            stores or self.stores, self.config, self.master, options, random=Random(1), report=ignore
        )

    def heal(self, checked: CheckResult) -> HealResult:
        return heal(
            self.stores, self.config, self.master, checked.faults, holder=self.site.holder(), report=ignore
        )

    def files(self, copy: int = 0) -> list[Path]:
        """Every stored file of a copy, sorted."""
        return sorted(path for path in self.site.places[copy].rglob("*") if path.is_file())

    def restic_checks(self, copy: int = 0) -> None:
        self.site.restic(copy).run("check", "--read-data", "--no-lock")
