"""Asking the person at the terminal: for a password, for another secret, whether to go on.

What may not enter: other sources of passwords (notou.jobs.password).
"""

from __future__ import annotations

import sys

from notou.errors import UsageError
from notou.sentence import Sentence, say

_MOST_TYPED_CHARS = 4096


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


def ask_line(question: Sentence) -> str:
    """A secret: asked for without echo, or where nobody sits at a terminal, one line of standard input.

    UsageError when nothing comes.
    """
    if sys.stdin.isatty():
        import getpass

        typed = getpass.getpass(say("{question}: ", question=question))
    else:
        typed = sys.stdin.readline(_MOST_TYPED_CHARS)
    if not typed.strip():
        raise UsageError(say("{question}: nothing was given.", question=question))
    return typed.strip()


def agrees(question: Sentence) -> bool:
    """Ask on stderr, and read one line; only y or yes agrees, and the end of input does not."""
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline(_MOST_TYPED_CHARS).strip().lower() in ("y", "yes")


def ask_pin(question: Sentence) -> str | None:
    """Ask once, without echo; None where nobody sits at a terminal, or nothing was typed."""
    if not sys.stdin.isatty():
        return None
    import getpass

    try:
        return getpass.getpass(question) or None
    except EOFError:
        return None
