"""What each copy holds: its listing, kind by kind. The copies' listings are the truth; nothing is remembered.

What may not enter: deciding what to send (plan), sending (replicate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from notou.model import FileKind
from notou.stores.base import Store

SENT_KINDS = (FileKind.PACK, FileKind.INDEX, FileKind.SNAPSHOT)
"""The kinds that copies share, in the order they are sent; keys and config come with ``seed``."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Id → size in bytes of the packs, index files and snapshots one copy lists."""

    by_kind: Mapping[FileKind, Mapping[str, int]]

    def of(self, kind: FileKind) -> Mapping[str, int]:
        """Those of one kind."""
        return self.by_kind[kind]


def list_holdings(store: Store) -> Holdings:
    """What a place lists now.

    Snapshots are listed first and packs last, against the order of writing: whatever a snapshot listed
    here refers to had been written before and is listed too.
    """
    listed = {kind: dict(store.list(kind)) for kind in reversed(SENT_KINDS)}
    return Holdings(listed)
