"""Asking the person at the terminal for a password.

What may not enter: other sources of passwords (notou.jobs.password).
"""

from __future__ import annotations

import sys

from notou.cli.language import spoken
from notou.errors import UsageError
from notou.sentence import say


def ask_password() -> str | None:
    """Ask once, without echo; None where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return None
    import getpass

    return getpass.getpass(spoken()(say("Password of the vault: ")))


def ask_new_password() -> str | None:
    """Ask twice, without echo; None where nobody sits at a terminal. UsageError when the two differ."""
    if not sys.stdin.isatty():
        return None
    import getpass

    words = spoken()
    first = getpass.getpass(words(say("New password: ")))
    if getpass.getpass(words(say("The same again: "))) != first:
        raise UsageError(say("The two passwords differ; nothing was changed."))
    return first
