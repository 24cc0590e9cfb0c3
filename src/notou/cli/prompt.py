"""Asking the person at the terminal for a password.

What may not enter: other sources of passwords (notou.jobs.password).
"""

from __future__ import annotations

import sys

from notou.errors import UsageError


def ask_password() -> str | None:
    """Ask once, without echo; None where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return None
    import getpass

    return getpass.getpass("Password of the vault: ")


def ask_new_password() -> str | None:
    """Ask twice, without echo; None where nobody sits at a terminal. UsageError when the two differ."""
    if not sys.stdin.isatty():
        return None
    import getpass

    first = getpass.getpass("New password: ")
    if getpass.getpass("The same again: ") != first:
        raise UsageError("The two passwords differ; nothing was changed.")
    return first
