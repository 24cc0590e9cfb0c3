"""What is said about a command line that cannot be understood, and what was probably meant.

What may not enter: errors of the work itself, which carry their own sentence.
"""

from __future__ import annotations

import click

_MIXED_UP = {"--to": "--from", "--from": "--to"}


def complaint(error: click.UsageError) -> str:
    """One sentence or two, with a hint at the help that tells more."""
    said = _meant_the_other(error) or error.format_message().replace("\n\t", " ")
    ended = said + "." if said[-1:].isalnum() else said
    return f"{ended} Try '{error.ctx.command_path} --help'." if error.ctx else ended


def help_asked_for(error: Exception) -> str | None:
    """The help text that click makes an error of, where a group is called without a command."""
    kind = getattr(click.exceptions, "NoArgsIsHelpError", ())  # not in older versions of click
    return str(error) if isinstance(error, kind) else None


def _meant_the_other(error: click.UsageError) -> str | None:
    """--to is where a command sends to, --from where it reads; who has only one of them says which."""
    if not isinstance(error, click.NoSuchOption) or error.ctx is None:
        return None
    other = _MIXED_UP.get(error.option_name)
    if not any(other in each.opts for each in error.ctx.command.params):
        return None
    return f"'{error.ctx.command_path}' takes {other}, not {error.option_name}."
