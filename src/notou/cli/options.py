"""Options that many commands share, each written once.

A decorator here turns its options into one argument of the command: ``screen``, ``access`` or
``conditions``. What may not enter: options that one command has alone.
"""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import click

from notou.cli.language import lang_option, spoken
from notou.cli.places import FILE, FOLDER
from notou.cli.prompt import ask_new_password, ask_password
from notou.cli.screen import Manner, Screen
from notou.jobs.password import PasswordOptions, find_password, look_up_in_keyring
from notou.sentence import say

Command = Callable[..., Any]
CLASSES = ("wallet", "contacts", "calendars", "messages", "documents", "photos", "videos", "other")


@dataclass(frozen=True, slots=True)
class Access:
    """Which places hold the vault, and where its password comes from."""

    locations: tuple[str, ...]
    options: PasswordOptions

    def password(self) -> str:
        """The vault's password; UsageError when no source has one."""
        return find_password(self.options, os.environ, self.locations, look_up_in_keyring, ask_password)

    def new_password(self) -> str:
        """A password for a vault to be made: asked twice when a person types it."""
        return find_password(self.options, os.environ, self.locations, look_up_in_keyring, ask_new_password)


def speaking(command: Command) -> Command:
    """--json, --quiet, --verbose, --lang → ``screen``."""

    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line on standard output.")
    @click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for, and failures.")
    @click.option("-v", "--verbose", is_flag=True, help="Say more.")
    @lang_option()
    @functools.wraps(command)
    def wrapped(*, as_json: bool, quiet: bool, verbose: bool, **rest: Any) -> None:
        screen = Screen(Manner(as_json, quiet, verbose), sys.stdout, sys.stderr, time.monotonic, spoken())
        try:
            command(screen=screen, **rest)
        finally:
            screen.close()

    return wrapped


def with_access(
    command: Command, names: tuple[str, ...], help_text: str, *, required: bool = True
) -> Command:
    """Places under these ``names`` and the password options → ``access``, None without a place."""

    @click.option(
        *names, "locations", metavar="PLACE", type=FOLDER, multiple=True, required=required, help=help_text
    )
    @click.option("--password-file", metavar="FILE", type=FILE, help="Read the vault's password from a file.")
    @click.option(
        "--password-command", metavar="COMMAND", help="Run a command that prints the vault's password."
    )
    @functools.wraps(command)
    def wrapped(
        *, locations: tuple[str, ...], password_file: str | None, password_command: str | None, **rest: Any
    ) -> None:
        options = PasswordOptions(password_file, password_command)
        command(access=Access(locations, options) if locations else None, **rest)

    return wrapped


def reading(command: Command) -> Command:
    """--from and the password options → ``access``."""
    return with_access(
        command, ("--from",), say("Where the vault is; give several and damage at one is read elsewhere.")
    )


def reading_if_named(command: Command) -> Command:
    """As reading; ``access`` is None without a place: a vault that the answer does not need."""
    return with_access(
        command,
        ("--from",),
        say("Where the vault is; without it the answer is a general one."),
        required=False,
    )


def looking(command: Command) -> Command:
    """--vault and the password options → ``access``, None without a place: a vault that may be looked at."""
    help_text = say("Where your vault is; repeat for each copy that must answer.")
    return with_access(command, ("--vault",), help_text, required=False)


def writing(command: Command) -> Command:
    """--to and the password options → ``access``, for commands that send to every copy."""
    return with_access(command, ("--to",), say("A place to hold a copy of the vault; repeat for each copy."))


def keeping(command: Command) -> Command:
    """--to (or --from) and the password options → ``access``, for upkeep of existing copies."""
    return with_access(
        command, ("--to", "--from"), say("A copy of the vault to work on; repeat for each copy.")
    )


def choosing(command: Command) -> Command:
    """--host, --tag, --class and --path → ``conditions``, which snapshots count."""

    @click.option(
        "--path", "paths", metavar="PATH", type=FILE, multiple=True, help="Only snapshots of this path."
    )
    @choosing_any_path
    @functools.wraps(command)
    def wrapped(*, paths: tuple[str, ...], conditions: Any, **rest: Any) -> None:
        absolute = tuple(os.path.abspath(path) for path in paths)
        command(conditions=replace(conditions, paths=absolute), **rest)

    return wrapped


def choosing_any_path(command: Command) -> Command:
    """--host, --tag, --class → ``conditions``, for commands where --path means something else."""

    @click.option("--host", "hosts", metavar="HOST", multiple=True, help="Only snapshots of this host.")
    @click.option(
        "--tag", "tags", metavar="TAG[,TAG…]", multiple=True, help="Only snapshots with all these tags."
    )
    @click.option(
        "--class", "classes", type=click.Choice(CLASSES), multiple=True, help="Only this class of items."
    )
    @functools.wraps(command)
    def wrapped(
        *,
        hosts: tuple[str, ...],
        tags: tuple[str, ...],
        classes: tuple[str, ...],
        **rest: Any,
    ) -> None:
        command(conditions=_conditions(hosts, tags, classes), **rest)

    return wrapped


def _conditions(hosts: tuple[str, ...], tags: tuple[str, ...], classes: tuple[str, ...]) -> Any:
    from notou.model import Lane
    from notou.vault.selection import Filter

    return Filter(
        hosts=hosts,
        tags=tuple(tuple(group.split(",")) for group in tags),
        lanes=tuple(Lane[name.upper()] for name in classes),
    )
