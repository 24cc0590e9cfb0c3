"""From places as a person names them to stores, and from stores and a password to an opened vault.

What may not enter: what is done with the vault.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notou.copies.outbox import Outbox
from notou.errors import UsageError
from notou.jobs.folders import making_outbox, outbox_folder
from notou.sentence import say
from notou.stores.base import Store
from notou.stores.local import LocalStore
from notou.stores.open import open_store
from notou.vault.repository import Vault


@dataclass(frozen=True, slots=True)
class OpenVault:
    """A vault and the stores it was opened from, in the order they were named."""

    vault: Vault
    stores: tuple[Store, ...]


def open_stores(locations: Sequence[str]) -> tuple[Store, ...]:
    """The stores of all locations; touches nothing. UsageError when two of them are one place."""
    stores = tuple(open_store(location) for location in locations)
    seen: set[object] = set()
    for store in stores:
        where = _identity(store)
        if where in seen:
            raise UsageError(
                say("{place} is named twice; two copies at one place are only one.", place=store.location)
            )
        seen.add(where)
    return stores


def _identity(store: Store) -> object:
    """What two names of one place share: a folder may be mounted at several."""
    if not isinstance(store, LocalStore):
        return store.location
    try:
        there = os.stat(store.path)
    except OSError:
        return os.path.realpath(store.path)
    return there.st_dev, there.st_ino


def open_vault(locations: Sequence[str], password: str) -> OpenVault:
    """Open the vault that the locations hold. Raises what Vault.open raises."""
    stores = open_stores(locations)
    return OpenVault(Vault.open(stores, password), stores)


def open_outbox(vault: Vault, environ: Mapping[str, str]) -> Outbox:
    """This device's outbox for the vault. UsageError where its folder cannot be made or written."""
    with making_outbox(environ):
        return Outbox(outbox_folder(vault.config.id, environ))
