"""A group of a few commands, whose help shows the first sentence of each whole.

What may not enter: any command; the program's own table of commands (lazy).
"""

from __future__ import annotations

from gettext import gettext
from typing import Any

import click

from notou.cli.language import lang_option

_MOST_CHARS = 500


class Group(click.Group):
    """click's own cuts what does not fit into one line. It takes --lang, as every command does."""

    def __init__(self, **settings: Any) -> None:
        """``settings``: click's own."""
        super().__init__(**settings)
        lang_option()(self)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, longer sentences on several lines."""
        rows = [
            (name, command.get_short_help_str(_MOST_CHARS))
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None
        ]
        with formatter.section(gettext("Commands")):
            formatter.write_dl(rows)
