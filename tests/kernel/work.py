"""What several kernel tests do: make packs, back a folder up into trees, open what was written."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notou.kernel import reference
from notou.model import UNKNOWN_LANE, BlobEntry, BlobKind, Lane
from notou.vault.keys import open_key_file

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

KEY = bytes(range(64))
CUT_KEY = bytes(range(100, 132))
LANES = [lane.label for lane in Lane]
RULES = [("content", 512, 9, 65_536)] * len(LANES)


def store(writer: Any, lane: int, work: list[tuple[Any, list[int]]]) -> list[tuple[bytes, str]]:
    """Submit and collect."""
    writer.submit([(lane, work)])
    faults: list[tuple[bytes, str]] = writer.collect(float("inf"))
    return faults


def checked(
    kernel: Any, pack_id: bytes, data: bytes, entries: list[BlobEntry]
) -> tuple[list[tuple[BlobEntry, str]], str]:
    """What a kernel finds wrong with a pack that an index says holds ``entries``."""
    index = kernel.Index([])
    index.add_pack(pack_id, UNKNOWN_LANE, entries)
    check = kernel.PackCheck(KEY, index, pack_id)
    for start in range(0, len(data), 70_000):
        check.feed(data[start : start + 70_000])
    damaged, sentence = check.finish()
    return damaged, sentence


def blobs_stored(writer: Any) -> int:
    """How many blobs a writer stored new."""
    return sum(blobs for blobs, _, _ in writer.stored().values())


@dataclass
class Work:
    """One kernel with an index, a Writer and an outbox."""

    kernel: ModuleType
    outbox: Path
    rules: list[tuple[str, int, int, int]] = field(default_factory=lambda: list(RULES))
    pack_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        self.outbox.mkdir(parents=True, exist_ok=True)
        self.index: Any = self.kernel.Index(LANES)
        self.trees: dict[bytes, bytes] = {}
        self.faults: list[tuple[bytes, str]] = []
        self.writer = self.new_writer()

    def new_writer(self) -> Any:
        """A Writer on the same index and outbox."""
        return self.kernel.Writer(
            KEY,
            CUT_KEY,
            self.index,
            os.fsencode(self.outbox),
            self.rules,
            self.pack_bytes,
            3,
            past_cache=False,
        )

    def pack(self, pack_id: bytes) -> bytes:
        """The bytes of a finished pack."""
        return (self.outbox / pack_id.hex()).read_bytes()

    def blobs(self) -> dict[tuple[int, bytes], bytes]:
        """Everything the outbox holds, opened: (kind, id) → plain."""
        opened: dict[tuple[int, bytes], bytes] = {}
        for pack_id, *_ in self.index.packs():
            entries = self.index.entries(pack_id)
            for entry, plain in zip(
                entries, self.kernel.open_blobs(KEY, self.pack(pack_id), 0, entries), strict=True
            ):
                assert isinstance(plain, bytes), plain
                opened[entry.kind, entry.id] = plain
        return opened

    def back_up(self, path: bytes, lane: int = Lane.OTHER, parent: bytes | None = None) -> bytes | None:
        """The id of the tree of a folder and all below; None when it is the parent's."""
        [directory] = self.kernel.list_directories([(path, None)])
        assert not isinstance(directory, str), directory
        if parent is not None:
            directory.match(lane, self.trees[parent], self.index)
        subtrees = self._back_up_folders(directory, lane)
        files = [number for number, kind in enumerate(directory.kinds) if kind != ord("d")]
        new = [n for n in files if directory.kinds[n] == ord("f") and directory.content(n) is None]
        self.faults += store(self.writer, lane, [(directory, new)])
        tree, faults = directory.encode(lane, files, subtrees)
        self.faults += faults
        if tree is None:
            return None
        [tree_id] = self.writer.store_blobs(lane, BlobKind.TREE, [tree])
        self.trees[tree_id] = tree
        return bytes(tree_id)

    def _back_up_folders(self, directory: Any, lane: int) -> dict[int, bytes]:
        subtrees = {}
        known = directory.parent_subtrees(lane)
        for number, kind in enumerate(directory.kinds):
            if kind == ord("d"):
                below = known.get(number)
                path = directory.path + b"/" + directory.names[number]
                subtrees[number] = self.back_up(path, lane, below) or below
        return subtrees


def entry(kind: int, number: int, offset: int = 0, length: int = 100, plain_length: int = 0) -> BlobEntry:
    """An entry with an id made of a number."""
    return BlobEntry(kind, number.to_bytes(32, "big"), offset, length, plain_length)


def pack_entries(kind: int, numbers: list[int], compressed: bool = True) -> list[BlobEntry]:
    """Entries one after the other."""
    return [
        entry(kind, number, 100 * at, 100, 300 + number if compressed else 0)
        for at, number in enumerate(numbers)
    ]


def trees_of(vault: Path, password: str) -> list[bytes]:
    """The plain JSON of every tree of a vault, read from its packs."""
    [key_file] = (vault / "keys").iterdir()
    key = open_key_file(key_file.read_bytes(), password).bytes64
    found = []
    for path in sorted((vault / "data").rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            entries = reference.read_header(key, data, len(data))
            trees = [one for one in entries if one.kind == BlobKind.TREE]
            found += reference.open_blobs(key, data, 0, trees)
    assert not [answer for answer in found if isinstance(answer, str)]
    return [answer for answer in found if isinstance(answer, bytes)]
