"""notou completion: the script that makes a shell complete Notou's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL; for bash: notou completion bash >> ~/.bashrc."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(kind(click.get_current_context().find_root().command, {}, "notou", "_NOTOU_COMPLETE").source())
