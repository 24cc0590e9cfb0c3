"""Make a vault at several places at once, or let empty places join a vault that others of them hold.

What may not enter: sending what a vault holds by any other way than the replicator's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notou.copies.replicate import CopyOutcome, Replicator, seed
from notou.errors import StoreUnavailableError, UsageError
from notou.events import Report
from notou.jobs.places import open_outbox, open_stores
from notou.jobs.this_process import hostname, username
from notou.model import FileKind
from notou.sentence import say, say_all
from notou.stores.base import Store
from notou.vault.create import create_vault
from notou.vault.repository import Vault


@dataclass(frozen=True, slots=True)
class Initialized:
    """The vault's id, the places made now, and how those that joined an existing vault fared."""

    vault_id: str
    made: tuple[str, ...]
    joined: tuple[CopyOutcome, ...] = ()


def holds_vault(store: Store) -> bool:
    """Whether a place has a config, which is what makes it a vault. A folder that is not there has none."""
    try:
        return bool(store.list(FileKind.CONFIG))
    except StoreUnavailableError:  # if there is more to it, making the layout will say so
        return False


def initialize(
    locations: Sequence[str], password: str, environ: Mapping[str, str], report: Report
) -> Initialized:
    """A new vault at all locations, the same objects at each; where some hold one, the others join it.

    Raises UsageError when all of them are vaults already or a place holds other things,
    WrongPasswordError when the password does not open the vault to join.
    """
    stores = open_stores(locations)
    vaults = [store for store in stores if holds_vault(store)]
    empty = [store for store in stores if store not in vaults]
    if not empty:
        raise UsageError(
            say("There is a vault already at {places}; nothing was changed.", places=say_all(locations))
        )
    return _join(vaults, empty, password, environ, report) if vaults else _make(empty, password)


def _make(stores: Sequence[Store], password: str) -> Initialized:
    for store in stores:  # all of them can be made, or none becomes a vault
        store.create()
    new = create_vault(
        password, username=username(), hostname=hostname(), created_ns=time.time_ns(), random=os.urandom
    )
    for store in stores:
        for name, data in new.files:
            store.put(name, data)
    return Initialized(new.config.id, tuple(store.location for store in stores))


def _join(
    vaults: Sequence[Store], empty: Sequence[Store], password: str, environ: Mapping[str, str], report: Report
) -> Initialized:
    vault = Vault.open(vaults, password)
    for store in empty:
        seed(vaults[0], store)
    outbox = open_outbox(vault, environ)
    with outbox.held(), Replicator([*vaults, *empty], outbox, report, vault.named_packs) as replicator:
        outcomes = replicator.catch_up()
    return Initialized(vault.config.id, tuple(store.location for store in empty), tuple(outcomes))
