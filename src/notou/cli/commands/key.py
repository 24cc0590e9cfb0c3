"""notou key: the vault's passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from notou.cli.commands.prune import require_all_copies
from notou.cli.groups import Group
from notou.cli.layout import Table
from notou.cli.options import Access, keeping, reading, speaking
from notou.cli.places import FILE
from notou.cli.prompt import ask_new_password
from notou.cli.screen import Screen
from notou.cli.text import printable, time_text
from notou.errors import StoreError
from notou.jobs.keys import add_key, change_password, list_keys, remove_key
from notou.jobs.password import PasswordOptions, find_password, look_up_in_keyring
from notou.kernel.gotext import rfc3339
from notou.sentence import say, say_all
from notou.upkeep.keys import KeyChange, KeyEntry

HEADS = ["", say("ID"), say("User"), say("Host"), say("Created")]
NEW_PASSWORD_FILE = click.option(
    "--new-password-file", metavar="FILE", type=FILE, help="Read the new password from a file."
)


@click.group(cls=Group)
def key() -> None:
    """List, add, remove and change the passwords that open a vault."""


@key.command("list")
@reading
@speaking
def list_all(access: Access, screen: Screen) -> None:
    """List the keys: one for each password. The one in use is marked with a star."""
    entries = list_keys(access.locations, access.password())
    if screen.manner.json:
        for entry in entries:
            screen.result("key", _fields(entry), [])
    else:
        screen.result("", {}, [Table(HEADS, [_row(entry) for entry in entries])])


@key.command()
@NEW_PASSWORD_FILE
@keeping
@speaking
def add(new_password_file: str | None, access: Access, screen: Screen) -> None:
    """Add a password; the others stay."""
    change = add_key(access.locations, access.password(), _new_password(new_password_file), screen.report)
    _show(change, screen, lambda: say("Added the key {key}.", key=change.added[:8]))


@key.command()
@click.argument("key_id", metavar="KEY")
@keeping
@speaking
def remove(key_id: str, access: Access, screen: Screen) -> None:
    """Remove the key whose id begins with KEY; never the one in use."""
    change = remove_key(access.locations, access.password(), key_id, screen.report)
    _show(change, screen, lambda: say("Removed the key {key}.", key=change.removed[0][:8]))


@key.command()
@NEW_PASSWORD_FILE
@keeping
@speaking
def passwd(new_password_file: str | None, access: Access, screen: Screen) -> None:
    """Change the password in use."""
    change = change_password(
        access.locations, access.password(), _new_password(new_password_file), screen.report
    )
    screen.done("key_changed", _change_fields(change), [say("The password was changed.")])
    if change.failures:
        raise StoreError(
            say(
                "The old password still opens {places}: run this again with the old password, naming only "
                "that place.",
                places=say_all(list(change.failures)),
            )
        )


def _new_password(file: str | None) -> str:
    """From the file, or typed twice; never from the environment, where the old one stands."""
    return find_password(PasswordOptions(file=file), {}, (), look_up_in_keyring, ask_new_password)


def _show(change: KeyChange, screen: Screen, line: Callable[[], str]) -> None:
    screen.done("key_changed", _change_fields(change), [line()])
    require_all_copies(change.failures)


def _change_fields(change: KeyChange) -> dict[str, Any]:
    return {"added": change.added, "removed": change.removed, "failures": dict(change.failures)}


def _fields(entry: KeyEntry) -> dict[str, Any]:
    info = entry.info
    return {
        "id": entry.id,
        "in_use": entry.in_use,
        "locations": entry.locations,
        "username": info.username if info else None,
        "hostname": info.hostname if info else None,
        "created": rfc3339(info.created_ns) if info else None,
    }


def _row(entry: KeyEntry) -> list[str]:
    star, info = "*" if entry.in_use else "", entry.info
    if info is None:
        return [star, entry.id[:8], say("damaged"), "", ""]
    return [
        star,
        entry.id[:8],
        printable(info.username),
        printable(info.hostname),
        time_text(info.created_ns),
    ]
