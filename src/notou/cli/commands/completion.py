"""notou completion: the script that makes a shell complete Notou's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from notou.cli.language import lang_option
from notou.sentence import say


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@lang_option()
def completion(shell: str) -> None:
    """Print the completion script for SHELL; for bash: notou completion bash >> ~/.bashrc."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(say("There is no completion for {shell}.", shell=shell))
    click.echo(kind(click.get_current_context().find_root().command, {}, "notou", "_NOTOU_COMPLETE").source())
