"""Visits the trees below a root, each after all trees below it, without recursion: paths may be very deep.

What may not enter: what is done at a tree.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError
from notou.model import MOST_PATH_BYTES

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from notou.model import Node
    from notou.vault.repository import Vault


def post_order(
    vault: Vault, root: bytes, done: Container[bytes]
) -> Iterator[tuple[bytes, bytes, list[Node] | None]]:
    """(path, tree id, nodes) of every tree not in ``done``; None for nodes where the tree cannot be read.

    The caller must add each id to ``done`` before it asks for the next.
    """
    pending = [(b"/", root)]
    while pending:
        path, tree_id = pending[-1]
        if tree_id in done:
            pending.pop()
            continue
        nodes = _load(vault, tree_id) if len(path) <= MOST_PATH_BYTES else None
        below = [
            (os.path.join(path, node.name), node.subtree)
            for node in nodes or ()
            if node.subtree is not None and node.subtree not in done
        ]
        if below:
            pending += below
            continue
        pending.pop()
        yield path, tree_id, nodes


def _load(vault: Vault, tree_id: bytes) -> list[Node] | None:
    try:
        return vault.load_tree(tree_id)
    except (DamagedError, NotFoundError):
        return None
