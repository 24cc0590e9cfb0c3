"""A group of commands whose modules are imported when one is called, so that starting up stays quick.

What may not enter: any command.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from functools import reduce
from gettext import gettext

import click

from notou.cli.language import lang_option, spoken, translated
from notou.sentence import say


class LazyGroup(click.Group):
    """Knows each command's name, module and short help; imports the module only to run or describe it."""

    def __init__(self, commands_in: Mapping[str, tuple[str, str]], **settings: object) -> None:
        """``commands_in``: name → (module under notou.cli.commands, one line of help)."""
        super().__init__(**settings)  # type: ignore[arg-type]  # click's own keywords, passed on
        self._modules = commands_in
        lang_option()(self)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they were given: the order of a vault's life, not of the alphabet."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None for an unknown name."""
        if cmd_name not in self._modules:
            return None
        module = importlib.import_module(f"notou.cli.commands.{self._modules[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return translated(command, spoken(ctx))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, but ``help`` leads to the help of what follows, and an unknown name to similar ones."""
        name, *rest = args
        if name == "help":
            if not rest:
                click.echo(ctx.get_help())
                ctx.exit()
            return self.resolve_command(ctx, [*rest, "--help"])
        if name not in self._modules and name[:1].isalnum() and not ctx.resilient_parsing:
            raise click.UsageError(self._unknown(name), ctx)
        return super().resolve_command(ctx, args)

    def _unknown(self, name: str) -> str:
        found = [f"'{each}'" for each in difflib.get_close_matches(name, [*self._modules, "help"])]
        if not found:
            return say("No such command '{name}'.", name=name)
        similar = reduce(lambda one, other: say("{one} or {other}", one=one, other=other), found)
        return say("No such command '{name}'. Did you mean {similar}?", name=name, similar=similar)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none of them."""
        words = spoken(ctx)
        with formatter.section(gettext("Commands")):
            formatter.write_dl([(name, words.literal(line)) for name, (_, line) in self._modules.items()])
