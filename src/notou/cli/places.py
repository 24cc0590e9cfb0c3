"""Arguments that name files and folders, so that a shell completes them.

They stay as they were typed, byte for byte: what may not enter is looking whether they exist, which each
command says in its own words.
"""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem


class _Named(click.types.StringParamType):
    """Text that the shell completes by itself, as it completes files or folders."""

    def __init__(self, kind: str) -> None:
        """``kind``: ``file`` or ``dir``, as click's scripts for shells know them."""
        self.name = kind

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Leaves it to the shell."""
        return [CompletionItem(incomplete, type=self.name)]


FILE = _Named("file")
"""A file, or a path that may be anything."""

FOLDER = _Named("dir")
