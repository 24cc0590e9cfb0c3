"""The vault's passwords: list, add, remove, change.

What may not enter: where passwords come from.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from notou.events import Report
from notou.jobs.places import open_stores, open_vault
from notou.jobs.this_process import lock_holder
from notou.upkeep import keys
from notou.upkeep.keys import KeyChange, KeyEntry


def list_keys(locations: Sequence[str], password: str) -> list[KeyEntry]:
    """Every key of every copy; the password must open the vault."""
    open_vault(locations, password)
    return keys.list_keys(open_stores(locations), password)


def add_key(locations: Sequence[str], password: str, new_password: str, report: Report) -> KeyChange:
    """Add a password at every copy that answers."""
    opened = open_vault(locations, password)
    return keys.add_key(
        opened.stores,
        opened.vault.master,
        new_password,
        holder=lock_holder(),
        random=os.urandom,
        report=report,
    )


def remove_key(locations: Sequence[str], password: str, key_id: str, report: Report) -> KeyChange:
    """Remove the key whose id begins with ``key_id``; never the one in use."""
    opened = open_vault(locations, password)
    return keys.remove_key(
        opened.stores, opened.vault.master, key_id, password, holder=lock_holder(), report=report
    )


def change_password(locations: Sequence[str], password: str, new_password: str, report: Report) -> KeyChange:
    """Replace the password in use."""
    opened = open_vault(locations, password)
    return keys.change_password(
        opened.stores,
        opened.vault.master,
        password,
        new_password,
        holder=lock_holder(),
        random=os.urandom,
        report=report,
    )
