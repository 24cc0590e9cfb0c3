"""Makes vaults for the tests of restore: by stock restic, and by hand, blob by blob."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from notou import kernel
from notou.kernel.treejson import encode_tree
from notou.model import BlobKind, FileKind, Lane, Node, NodeKind, ObjectName
from notou.stores.local import LocalStore
from notou.stores.memory import MemoryStore
from notou.vault.create import create_vault
from notou.vault.keys import ScryptWork
from notou.vault.repository import Vault
from notou.vault.sealed import seal_file
from notou.vault.snapshot import Snapshot
from tests.support.restic import Restic

PASSWORD = "geheim"


class ResticVault:
    """A repository that stock restic fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._restic = Restic(folder, PASSWORD)
        self._restic.run("init")

    def backup(self, path: Path) -> Snapshot:
        self._restic.run("backup", path)
        return self.open().snapshots()[-1]

    def open(self, *others: Path) -> Vault:
        return Vault.open([LocalStore(os.fsencode(each)) for each in (self.folder, *others)], PASSWORD)


class HandMade:
    """A vault of trees and blobs of any shape, as a hostile or odd program would have written them."""

    def __init__(self, outbox: Path) -> None:
        outbox.mkdir(parents=True)
        self._outbox = outbox
        made = create_vault(
            PASSWORD, username="", hostname="", created_ns=0, random=os.urandom, work=ScryptWork(2, 1, 1)
        )
        self._master = made.master
        self.store = MemoryStore()
        for name, data in made.files:
            self.store.put(name, data)
        lanes = [lane.label for lane in Lane]
        self._index = kernel.Index(lanes)
        self._writer = kernel.Writer(
            made.master.bytes64,
            bytes(32),
            self._index,
            os.fsencode(outbox),
            [("content", 4096, 12, 65536)] * len(lanes),
            4 << 20,
            3,
            past_cache=False,
        )

    def raw_tree(self, plain: bytes) -> bytes:
        return self._writer.store_blobs(Lane.OTHER, BlobKind.TREE, [plain])[0]

    def tree(self, *nodes: Node) -> bytes:
        return self.raw_tree(encode_tree(sorted(nodes, key=lambda node: node.name)))

    def file(self, name: bytes, *blobs: bytes, **fields: Any) -> Node:
        content = tuple(self._writer.store_blobs(Lane.OTHER, BlobKind.DATA, list(blobs)))
        size = sum(map(len, blobs))
        known = {"mode": 0o644, "mtime_ns": 1_700_000_000_000_000_001, "size": size, "content": content}
        return Node(name, NodeKind.FILE, **{**known, **_owner(), **fields})

    def folder(self, name: bytes, *nodes: Node, **fields: Any) -> Node:
        known = {"mode": 0o755, "mtime_ns": 1_600_000_000_000_000_001, "subtree": self.tree(*nodes)}
        return Node(name, NodeKind.DIR, **{**known, **_owner(), **fields})

    def link(self, name: bytes, target: bytes) -> Node:
        return Node(name, NodeKind.SYMLINK, mode=0o777, link_target=target, **_owner())

    def snapshot(self, tree: bytes, time_ns: int = 1_700_000_000_000_000_000) -> Snapshot:
        return Snapshot(time_ns, tree, ("/",))

    def vault(self) -> Vault:
        """Everything stored so far, opened."""
        self._writer.flush()
        for pack_id, lane, _ in self._writer.finished():
            name = ObjectName(FileKind.PACK, pack_id.hex())
            self.store.adopt(name, os.fsencode(self._outbox / pack_id.hex()))
            index_id, sealed = seal_file(self._master, self._index.encode([pack_id], lane))
            self.store.put(ObjectName(FileKind.INDEX, index_id), sealed)
        return Vault.open([self.store], PASSWORD)


def _owner() -> dict[str, Any]:
    return {"uid": os.getuid(), "gid": os.getgid()}
