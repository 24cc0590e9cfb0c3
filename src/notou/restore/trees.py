"""Folders of several lanes' snapshots as one: the same folder in several lanes is listed once, merged.

Where lanes disagree about a name, the newest snapshot's entry stands; folders on both sides are merged,
with the newest one's metadata. Trees come from outside: depth is bounded, a tree inside itself is refused,
what is open at a time is bounded in bytes, and so is what is read ahead and what is listed again. What may
not enter: patterns, writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from notou import kernel
from notou.errors import DamagedError, EndlessError, LimitError, NotouError
from notou.model import MOST_PATH_BYTES, MOST_TREE_BYTES
from notou.restore.repeats import Repeats
from notou.sentence import say
from notou.shown import shown
from notou.vault.snapshot import Snapshot

"""Longest path followed; restic cannot store one beyond the system's 4096."""
MOST_OPEN_BYTES = 4 * MOST_TREE_BYTES
"""JSON of a folder and of all above it: each could be as large as a tree may be, at thousands of levels."""
AHEAD_PLACES = 32
AHEAD_BYTES = 16 * 1024 * 1024
WINDOW_ENTRIES = 256
WINDOW_BYTES = 64 * 1024
"""How much of a folder is in Python's hands at a time."""

Entry = tuple[bytes, int, bytes, list[tuple[int, bytes]] | None]
"""(raw name, number of the snapshot it comes from, JSON, (snapshot, tree) of each that has a folder
here, None for what is no folder), as kernel.Listing gives it."""

Damaged = Callable[[bytes, NotouError], None]
"""Told of a folder or entry that cannot be read: its path, and why."""


def has_its_trees(entry: Entry) -> bool:
    """False for a folder whose tree its node does not name; Place.inner tells of those."""
    return all(tree for _, tree in entry[3] or ())


def refuse(path: bytes, error: NotouError) -> None:
    """The Damaged of who wants all or nothing."""
    raise error


class Trees(Protocol):
    """What of a Vault is needed to read trees."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        """The JSON of many trees, in the order asked; verified."""


@dataclass(slots=True, eq=False)
class Place:
    """A folder that can be opened: where it is, and its tree in each snapshot that has it.

    ``path`` is absolute without a slash at the end, so that the root's is b"". ``landmark`` is the folder
    above whose depth is the largest power of two: comparing with it alone finds every circle, later than
    comparing with all above, but at any depth in the same time (Brent).
    """

    path: bytes
    trees: Sequence[tuple[int, bytes]]  # (number of the snapshot, tree id), newest first
    above: Place | None = None
    depth: int = 0
    landmark: Place | None = None
    open_bytes: int = 0  # JSON of it, once opened, and of all above
    plain: list[bytes] | None = None  # read ahead

    def inner(self, entry: Entry, damaged: Damaged) -> Place | None:
        """Where an entry of this folder can be opened; None when it is no folder, or (``damaged`` is told)
        has no tree."""
        name, _, _, trees = entry
        if trees is None:
            return None
        path = self.path + b"/" + name
        if not has_its_trees(entry):
            reason = say("The folder {name} in the vault is malformed; run `notou check`.", name=shown(name))
            damaged(path, DamagedError(reason))
            return None
        is_landmark = self.depth & (self.depth - 1) == 0
        return Place(path, trees, self, self.depth + 1, self if is_landmark else self.landmark)


class Folder:
    """An opened folder."""

    def __init__(self, place: Place, listing: kernel.Listing) -> None:
        """``listing`` of all its trees."""
        self.place = place
        self._listing = listing

    def windows(self, which: str = "all") -> Iterator[list[Entry]]:
        """All entries by name, some at a time; only "folders", or "others", where said."""
        listing, at, count = self._listing, 0, len(self._listing)
        del self  # with the last window nothing holds the JSON any more
        while at < count:
            at, window = listing.window(at, WINDOW_ENTRIES, WINDOW_BYTES, which)
            if at >= count:
                del listing
            yield window

    def entries(self) -> Iterator[Entry]:
        """All entries by name."""
        for window in self.windows():
            yield from window

    def find(self, name: bytes) -> Entry | None:
        """The entry of this name, if there is one."""
        return self._listing.find(name)


class TreeReader:
    """Opens folders, reading ahead what will be opened next."""

    def __init__(self, trees: Trees, snapshots: Sequence[Snapshot]) -> None:
        """``snapshots`` to merge, in any order."""
        self._trees = trees
        self._ahead_bytes = 0
        self._repeats = Repeats()
        self.snapshots = sorted(snapshots, key=lambda snapshot: snapshot.time_ns, reverse=True)
        self.root = Place(b"", [(number, each.tree) for number, each in enumerate(self.snapshots)])

    def open(self, place: Place, ahead: Iterable[Place] = ()) -> Folder:
        """List a folder. ``ahead`` names places likely to be opened soon.

        DamagedError when a tree is whole at no copy, malformed or inside itself; NotFoundError when absent.
        EndlessError when folders are opened again and again far beyond what a real backup asks for.
        """
        _check_above(place)
        if place.plain is None:
            self._read(place, ahead)
        plains, place.plain = place.plain or [], None
        sizes = [len(plain) for plain in plains]
        self._ahead_bytes -= sum(sizes)
        _check_open(place, sum(sizes))
        for (_, tree), size in zip(place.trees, sizes, strict=True):
            self._repeats.count(tree, size, place.path)
        numbers = [number for number, _ in place.trees]
        return Folder(place, kernel.Listing(list(zip(numbers, plains, strict=True))))

    def open_or_tell(self, place: Place, ahead: Iterable[Place], damaged: Damaged) -> Folder | None:
        """As open; a folder that cannot be read is told to ``damaged`` instead. EndlessError is raised."""
        try:
            return self.open(place, ahead)
        except EndlessError:
            raise
        except NotouError as error:
            damaged(place.path, error)
            return None

    def _read(self, place: Place, ahead: Iterable[Place]) -> None:
        batch = [place]
        if self._ahead_bytes < AHEAD_BYTES:
            batch += [each for each in ahead if each.plain is None][: AHEAD_PLACES - 1]
        try:
            plains = self._trees.load_trees_plain([tree for each in batch for _, tree in each.trees])
        except NotouError:  # one cannot be read (its own turn will tell), or they are too much for one call
            batch = [place]
            plains = [plain for _, tree in place.trees for plain in self._trees.load_trees_plain([tree])]
        self._keep(batch, iter(plains))

    def _keep(self, batch: list[Place], plains: Iterator[bytes]) -> None:
        for each in batch:
            each.plain = [next(plains) for _ in each.trees]
            self._ahead_bytes += sum(map(len, each.plain))


def _check_above(place: Place) -> None:
    if len(place.path) > MOST_PATH_BYTES:
        raise LimitError(
            say("The folder {path} lies deeper in the vault than Notou follows.", path=shown(place.path))
        )
    for above in (place.above, place.landmark):
        if above is not None and not set(above.trees).isdisjoint(place.trees):
            raise DamagedError(
                say(
                    "The folder {path} in the vault contains itself; check the vault.", path=shown(place.path)
                )
            )


def _check_open(place: Place, plain_bytes: int) -> None:
    place.open_bytes = plain_bytes + (place.above.open_bytes if place.above else 0)
    if place.open_bytes > MOST_OPEN_BYTES:
        raise LimitError(
            say(
                "The lists of the folder {path} and of those above it are longer in the vault than Notou "
                "reads; check the vault.",
                path=shown(place.path),
            )
        )
