"""The exit code of every way a command can end, in one table. They are restic's, where restic has them.

What may not enter: messages; an error carries its own sentence.
"""

from __future__ import annotations

from notou.errors import (
    IncompleteError,
    LockedError,
    NoVaultError,
    WrongPasswordError,
)
from notou.sentence import say

DONE = 0
FAILED = 1
INCOMPLETE = 3
NO_VAULT = 10
LOCKED = 11
WRONG_PASSWORD = 12
INTERRUPTED = 130

MEANINGS = {
    DONE: say("everything asked for was done"),
    FAILED: say("the command failed, a check found damage, or a copy was left behind"),
    INCOMPLETE: say("finished, but some items were not read or not written"),
    NO_VAULT: say("there is no vault at the place named"),
    LOCKED: say("another process holds a lock on the vault or the card"),
    WRONG_PASSWORD: say("no key opens with this password"),
    INTERRUPTED: say("interrupted"),
}

_BY_ERROR: tuple[tuple[type[BaseException], int], ...] = (
    (IncompleteError, INCOMPLETE),
    (NoVaultError, NO_VAULT),
    (LockedError, LOCKED),
    (WrongPasswordError, WRONG_PASSWORD),
    (KeyboardInterrupt, INTERRUPTED),
)


def exit_code(error: BaseException) -> int:
    """The code a command ends with when ``error`` ends it."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), FAILED)
