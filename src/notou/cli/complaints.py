"""What is said about a command line that cannot be understood, and what was probably meant.

What may not enter: errors of the work itself, which carry their own sentence.
"""

from __future__ import annotations

import click

from notou.sentence import say
from notou.words.catalogue import Words

_MIXED_UP = {"--to": "--from", "--from": "--to"}


def complaint(error: click.UsageError, words: Words) -> str:
    """In the language of ``words``: one sentence or two, with a hint at the help that tells more."""
    said = words(_meant_the_other(error) or _as_click_says_it(error, words).replace("\n\t", " "))
    bare = said.removesuffix(".")  # click ends some of its own in English
    ended = words(say("{said}.", said=bare)) if bare != said or said[-1:].isalnum() else said
    if error.ctx is None:
        return ended
    return words(say("{said} Try '{command} --help'.", said=ended, command=error.ctx.command_path))


def help_asked_for(error: Exception) -> str | None:
    """The help text that click makes an error of, where a group is called without a command."""
    kind = getattr(click.exceptions, "NoArgsIsHelpError", ())  # not in older versions of click
    return str(error) if isinstance(error, kind) else None


def _as_click_says_it(error: click.UsageError, words: Words) -> str:
    """click puts our sentence into one of its own: ours must be in the person's language before."""
    error.message = words(error.message)  # type: ignore[misc]  # final, but click has no other way in
    return error.format_message()


def _meant_the_other(error: click.UsageError) -> str | None:
    """--to is where a command sends to, --from where it reads; who has only one of them says which."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return None
    other = _MIXED_UP.get(error.option_name)
    if not any(other in each.opts for each in error.ctx.command.params):
        return None
    return say(
        "'{command}' takes {other}, not {option}.",
        command=error.ctx.command_path,
        other=other,
        option=error.option_name,
    )
