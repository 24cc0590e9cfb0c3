"""What whoever stores into a vault begins with: the locks, copies that are up to date, the kernel's Writer.

What may not enter: what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from notou.backup.cut_rules import CUT_RULES
from notou.backup.options import Destination
from notou.backup.publishing import require_a_copy, shared_locks
from notou.kernel import Index, Writer
from notou.vault.derive import cut_key

_ZSTD_LEVEL = 3


@contextmanager
def session(destination: Destination) -> Iterator[None]:
    """Hold the outbox and a shared lock at every copy, the copies caught up, until all is sent.

    Raises LockedError, StoreUnavailableError when no copy can be written.
    """
    with destination.outbox.held(), shared_locks(destination), destination.replicator:
        require_a_copy(destination.replicator.catch_up())
        yield


def new_writer(destination: Destination, index: Index, pack_bytes: int) -> Writer:
    """A Writer into the destination's outbox, which closes packs at ``pack_bytes``."""
    master = destination.vault.master
    return Writer(
        master.bytes64,
        cut_key(master),
        index,
        destination.outbox.path,
        CUT_RULES,
        pack_bytes,
        _ZSTD_LEVEL,
        past_cache=not destination.replicator.reads_packs(),
    )
