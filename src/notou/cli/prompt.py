"""Asking the person at the terminal: for a password, for another secret, whether to go on.

What may not enter: other sources of passwords (notou.jobs.password).
"""

from __future__ import annotations

import sys

from notou.cli.language import spoken
from notou.errors import UsageError
from notou.sentence import Sentence, say

_MOST_TYPED_CHARS = 4096


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


def ask_line(question: Sentence) -> str:
    """A secret: asked for without echo, or where nobody sits at a terminal, one line of standard input.

    UsageError when nothing comes.
    """
    if sys.stdin.isatty():
        import getpass

        typed = getpass.getpass(spoken()(say("{question}: ", question=question)))
    else:
        typed = sys.stdin.readline(_MOST_TYPED_CHARS)
    if not typed.strip():
        raise UsageError(say("{question}: nothing was given.", question=question))
    return typed.strip()


def agrees(question: Sentence) -> bool:
    """Ask on stderr, and read one line; only yes in the person's language or in English agrees."""
    sys.stderr.write(spoken()(say("{question} [y/N] ", question=question)))
    sys.stderr.flush()
    return is_yes(sys.stdin.readline(_MOST_TYPED_CHARS).strip().lower())


def is_yes(typed: str) -> bool:
    """Whether that is a yes, in the person's language or in English."""
    return typed in ("y", "yes") or typed in spoken()(say("y yes")).split()


def ask_pin(question: Sentence) -> str | None:
    """Ask once, without echo; None where nobody sits at a terminal, or nothing was typed."""
    if not sys.stdin.isatty():
        return None
    import getpass

    try:
        return getpass.getpass(spoken()(question)) or None
    except EOFError:
        return None
