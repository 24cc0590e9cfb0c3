"""Where the backup tests work: a folder, real copies, an outbox, and a clock that is wound by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from notou.backup.options import BackupOptions, BackupResult, Destination, Rehearsal
from notou.backup.rehearse import rehearse
from notou.backup.run import back_up
from notou.copies.outbox import Outbox
from notou.copies.replicate import Replicator
from notou.events import CopyFailed, Event, ItemFailed, Progress
from notou.model import FileKind
from notou.sources.excludes import ExcludeRules
from notou.sources.folder import find_roots
from notou.sources.selection import Selection
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.vault.create import create_vault
from notou.vault.keys import ScryptWork
from notou.vault.locking import Holder
from notou.vault.repository import Vault
from tests.support.opened import opened
from tests.support.restic import Restic
from tests.support.undisturbed import undisturbed

Result = TypeVar("Result")

PASSWORD = "geheim"
DEFAULT = BackupOptions()
NO_RULES = ExcludeRules()


class Stopped(Exception):
    """What a test stops a backup with."""


@dataclass
class Site:
    """One vault with two copies, and the folder ``source`` that is backed up."""

    base: Path
    now_ns: int = 1_790_000_000_000_000_000
    tick_ns: int = 1_000_000
    events: list[Event] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source.mkdir()
        made = create_vault(
            PASSWORD,
            username="u",
            hostname="h",
            created_ns=0,
            random=os.urandom,
            work=ScryptWork(2**10, 8, 1),
        )
        self.master = made.master
        for place in self.places:
            store = LocalStore(os.fsencode(place))
            store.create()
            for name, data in made.files:
                store.put(name, data)
            self.stores.append(store)

    @property
    def source(self) -> Path:
        return self.base / "source"

    @property
    def places(self) -> tuple[Path, Path]:
        return self.base / "one", self.base / "two"

    @property
    def outbox(self) -> Path:
        return self.base / "outbox"

    def write(self, files: dict[str, bytes]) -> None:
        for name, content in files.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def run(
        self,
        options: BackupOptions = DEFAULT,
        rules: ExcludeRules = NO_RULES,
        roots: Sequence[Path] = (),
        stores: Sequence[Store] = (),
        vault: Vault | None = None,
        stop_at: int | None = None,
        watch: Callable[[Event], None] = lambda _: None,
    ) -> BackupResult:
        """Back up once; what was reported is in ``events``. ``stop_at``: files done until Stopped."""
        self.events.clear()
        copies = stores or self.stores
        outbox = Outbox(os.fsencode(self.outbox))
        vault = vault or opened(copies, self.master)
        destination = Destination(
            vault,
            copies,
            outbox,
            Replicator(copies, outbox, self.events.append, vault.named_packs),
            self.holder(),
            self.holder().hostname,
        )
        chosen = find_roots([str(root) for root in roots or [self.source]])

        def report(event: Event) -> None:
            self.events.append(event)
            watch(event)
            if stop_at is not None and isinstance(event, Progress) and event.files_done >= stop_at:
                raise Stopped

        return back_up(destination, Selection(chosen, rules), options, report)

    def rehearse(
        self, options: BackupOptions = DEFAULT, watch: Callable[[Event], None] = lambda _: None
    ) -> Rehearsal:
        """The dry run of ``run``."""
        self.events.clear()

        def report(event: Event) -> None:
            self.events.append(event)
            watch(event)

        selection = Selection(find_roots([str(self.source)]), NO_RULES)
        vault = opened(self.stores, self.master)
        return rehearse(vault, self.stores, self.holder().hostname, selection, options, report)

    def undisturbed(self, work: Callable[[], Result]) -> Result:
        """What ``work`` gives when nothing above the source changed meanwhile."""
        return undisturbed(self.source, work)

    def holder(self) -> Holder:
        return Holder(
            hostname="lagoon",
            username="ana",
            pid=os.getpid(),
            uid=os.getuid(),
            gid=os.getgid(),
            now_ns=self.tick,
            wait_s=lambda _: None,
            process_alive=lambda pid: pid == os.getpid(),
            repeat=lambda _every, _action: nullcontext(),
        )

    def tick(self) -> int:
        self.now_ns += self.tick_ns
        return self.now_ns

    def vault(self, copy: int = 0) -> Vault:
        return opened([self.stores[copy]], self.master)

    def restic(self, copy: int = 0) -> Restic:
        return Restic(self.places[copy], PASSWORD)

    def objects(self, kind: FileKind, copy: int = 0) -> set[str]:
        return {name for name, _ in self.stores[copy].list(kind)}

    def failures(self) -> list[ItemFailed]:
        return [event for event in self.events if isinstance(event, ItemFailed)]

    def copy_failures(self) -> list[CopyFailed]:
        return [event for event in self.events if isinstance(event, CopyFailed)]

    def restore_all(self, copy: int = 0) -> Path:
        """What restic brings back of every lane's newest snapshot, one after another into one folder."""
        target = self.base / f"restored{copy}-{self.now_ns}"
        newest = {one.tags: one for one in self.vault(copy).snapshots() if not one.partial}
        for snapshot in newest.values():
            self.restic(copy).run("restore", snapshot.id, "--target", target)
        return target / self.source.relative_to("/")
