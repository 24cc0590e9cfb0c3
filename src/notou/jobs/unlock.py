"""Remove locks that stand in the way.

What may not enter: deciding which lock is stale (notou.vault.lock).
"""

from __future__ import annotations

from collections.abc import Sequence

from notou.jobs.places import open_vault
from notou.jobs.this_process import lock_holder
from notou.vault.locking import remove_locks


def unlock(locations: Sequence[str], password: str, *, everyone: bool) -> list[tuple[str, int]]:
    """(location, locks removed) of each copy: stale locks, or with ``everyone`` all of them."""
    opened, holder = open_vault(locations, password), lock_holder()
    master = opened.vault.master
    return [
        (store.location, remove_locks(store, master, holder, everyone=everyone)) for store in opened.stores
    ]
