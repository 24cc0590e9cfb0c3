"""The copies a job works on, as long as they answer: one that fails drops out and stops no other.

What may not enter: what the job does to them.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from notou.errors import StoreError, StoreUnavailableError
from notou.events import CopyFailed
from notou.sentence import say
from notou.vault.locking import hold_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from notou.events import Report
    from notou.model import ObjectName
    from notou.stores.base import Store
    from notou.vault.keys import MasterKey
    from notou.vault.locking import HeldLock, Holder


class LivingCopies:
    """Copies in the order given; ``failures`` says, by location, why one dropped out."""

    def __init__(self, copies: Sequence[Store], report: Report) -> None:
        self.stores = list(copies)
        self.failures: dict[str, str] = {}
        self._report = report
        self._locks: dict[str, HeldLock] = {}

    def lock(self, store: Store, lock: HeldLock) -> None:
        """Note the lock that is held at a copy."""
        self._locks[store.location] = lock

    def each(self, action: Callable[[Store], None]) -> None:
        """Run ``action`` on every living copy; one that raises StoreError drops out.

        Raises StoreUnavailableError when none is left.
        """
        for store in list(self.stores):
            try:
                action(store)
            except StoreError as error:
                self.drop(store, str(error))

    def delete(self, names: Sequence[ObjectName]) -> None:
        """Delete these objects at every living copy, as long as its lock is held.

        Raises LockedError where a lock was lost meanwhile, StoreUnavailableError when no copy is left.
        """

        def delete(store: Store) -> None:
            for name in names:
                self._locks[store.location].require_held()
                store.delete(name)

        self.each(delete)

    def drop(self, store: Store, reason: str) -> None:
        """Leave a copy out from now on. Raises StoreUnavailableError when none is left."""
        self.stores.remove(store)
        self.failures[store.location] = reason
        self._report(CopyFailed(store.location, reason))
        if not self.stores:
            raise StoreUnavailableError(
                say("No copy is left to work on; the last one failed: {reason}", reason=reason)
            )


@contextmanager
def locked(
    copies: Sequence[Store], master: MasterKey, holder: Holder, report: Report, *, exclusive: bool
) -> Iterator[LivingCopies]:
    """Hold a lock at every copy that answers, for the length of a with block.

    Raises LockedError when somebody else's lock stands against it at any copy, StoreUnavailableError when
    no copy answers.
    """
    with ExitStack() as stack:
        living = LivingCopies(copies, report)
        living.each(
            lambda store: living.lock(
                store, stack.enter_context(hold_lock(store, master, holder, exclusive=exclusive))
            )
        )
        yield living
