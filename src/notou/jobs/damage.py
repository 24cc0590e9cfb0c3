"""Damage that work on a snapshot goes round: reported item by item, and the work ends as incomplete.

What may not enter: finding it.
"""

from __future__ import annotations

from notou.errors import IncompleteError, NotouError
from notou.events import ItemFailed, Report
from notou.sentence import say


class Damage:
    """What of a snapshot could not be read."""

    def __init__(self, report: Report) -> None:
        """``report`` is told of every item; ``found`` says whether there was one."""
        self._report = report
        self.found = False

    def note(self, path: bytes, error: NotouError) -> None:
        """A folder or entry could not be read."""
        self.found = True
        self._report(ItemFailed(path or b"/", str(error)))

    def end(self) -> None:
        """IncompleteError when there was any."""
        if self.found:
            raise IncompleteError(
                say("Some items could not be read from the vault; 'notou check' tells more.")
            )
