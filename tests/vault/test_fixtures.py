"""Vaults that restic and rustic made, of both formats, open, list and yield every byte they still hold."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest

from notou.errors import NotFoundError
from notou.model import BlobKind
from notou.stores.local import LocalStore
from notou.vault.repository import Vault

FIXTURES = Path(__file__).parent.parent / "fixtures"
PASSWORD = "geheim"

# name → (format, snapshots, blobs the index names, trees reached, content read, trees the index lacks)
KNOWN = {
    "repo-duplicates": (1, 1, 10, 4, 1, 0),
    "repo-index-missing": (1, 2, 5, 4, 1, 1),
    "repo-mixed": (1, 1, 5, 4, 1, 0),
    "repo-restore-permissions-test": (1, 1, 5, 2, 3, 0),
    "repo-same-timestamps": (1, 3, 2, 2, 0, 0),
    "small-repo": (1, 4, 10, 6, 7, 0),
    "restic-0.18-repo": (2, 2, 9, 5, 4, 0),
    "rustic-0.11-repo": (2, 2, 9, 5, 4, 0),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_fixture_yields_all_it_holds(name: str, tmp_path: Path) -> None:
    with tarfile.open(FIXTURES / f"{name}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="tar")
    (config,) = tmp_path.glob("*/config")
    vault = Vault.open([LocalStore(os.fsencode(config.parent))], PASSWORD)
    snapshots = vault.snapshots()
    trees, content, missing = _walk(vault, [snapshot.tree for snapshot in snapshots])
    found = (vault.config.version, len(snapshots), len(vault.index), trees, content, missing)
    assert found == KNOWN[name]
    assert vault.faults == []


def test_every_fixture_is_known() -> None:
    assert {path.name.removesuffix(".tar.gz") for path in FIXTURES.glob("*.tar.gz")} == set(KNOWN)


def _walk(vault: Vault, roots: list[bytes]) -> tuple[int, int, int]:
    """(trees read, blobs of content read, trees missing)."""
    waiting, seen, content, missing = list(roots), set[bytes](), 0, 0
    while waiting:
        tree = waiting.pop()
        if tree in seen:
            continue
        try:
            nodes = vault.load_tree(tree)
        except NotFoundError:
            missing += 1
            continue
        seen.add(tree)
        waiting.extend(node.subtree for node in nodes if node.subtree)
        content += sum(len(vault.load_blobs(BlobKind.DATA, node.content)) for node in nodes if node.content)
    return len(seen), content, missing
