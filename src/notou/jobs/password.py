"""Where the password comes from: the first of a fixed list of sources that has one.

What may not enter: anything that shows, logs or stores a password, or puts one into an argument list.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from notou.errors import UsageError
from notou.sentence import say
from notou.words.system import system_reason

MOST_PASSWORD_BYTES = 64 * 1024
"""A longer file is a mistake (a disk image, /dev/zero), not a password."""

KEYRING_SERVICE = "notou"

Ask = Callable[[], str | None]
"""Asks the person; None where nobody can be asked."""

LookUp = Callable[[str], str | None]
"""The system keyring's password for a location, None when it has none."""


@dataclass(frozen=True, slots=True)
class PasswordOptions:
    """What the command line said about the password: never the password itself."""

    file: str | None = None
    command: str | None = None


def find_password(
    options: PasswordOptions,
    environ: Mapping[str, str],
    locations: Sequence[str],
    look_up: LookUp,
    ask: Ask,
) -> str:
    """The password from the first source that is named: options, environment, keyring, the person.

    In the environment NOTOU_PASSWORD goes before NOTOU_PASSWORD_FILE, and that before
    NOTOU_PASSWORD_COMMAND. A source that is named but fails is an error: the next one is not tried.

    Raises UsageError when a source cannot be read, gives nothing, or none is there.
    """
    password = (
        _from_options(options)
        or _from_environment(environ)
        or next((found for location in locations if (found := look_up(location))), None)
        or ask()
    )
    if not password:
        raise UsageError(
            say(
                "No password was given: set NOTOU_PASSWORD, use --password-file or --password-command, or "
                "run this on a terminal to be asked."
            )
        )
    return password


def _from_options(options: PasswordOptions) -> str | None:
    if options.file is not None and options.command is not None:
        raise UsageError(say("Both --password-file and --password-command are given; keep one."))
    if options.file is not None:
        return read_password_file(options.file)
    return run_password_command(options.command) if options.command is not None else None


def _from_environment(environ: Mapping[str, str]) -> str | None:
    if password := environ.get("NOTOU_PASSWORD"):
        return password
    if path := environ.get("NOTOU_PASSWORD_FILE"):
        return read_password_file(path)
    if command := environ.get("NOTOU_PASSWORD_COMMAND"):
        return run_password_command(command)
    return None


def read_password_file(path: str) -> str:
    """The file's text without white space around it, as restic reads it. UsageError when it cannot serve."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_PASSWORD_BYTES + 1)
    except OSError as error:
        raise UsageError(
            say("The password file {path} cannot be read: {reason}.", path=path, reason=system_reason(error))
        ) from error
    return _clean(data, say("The password file {path}", path=path))


def run_password_command(command: str) -> str:
    """What a command prints, without white space around it; it is run without a shell.

    Raises UsageError when it cannot be run, fails, or prints nothing.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(say("The password command has a quote that is not closed.")) from error
    if not words:
        raise UsageError(say("The password command is empty."))
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, check=False)
    except OSError as error:
        raise UsageError(
            say("The password command cannot be run: {reason}.", reason=system_reason(error))
        ) from error
    except ValueError as error:  # a zero byte
        raise UsageError(say("The password command holds what no command can.")) from error
    if done.returncode:
        raise UsageError(
            say(
                "The password command {program} failed with exit code {code}.",
                program=words[0],
                code=done.returncode,
            )
        )
    return _clean(done.stdout, say("What the password command {program} printed", program=words[0]))


def _clean(data: bytes, source: str) -> str:
    if len(data) > MOST_PASSWORD_BYTES:
        raise UsageError(
            say(
                "{source} is longer than {most} bytes, so it is no password.",
                source=source,
                most=MOST_PASSWORD_BYTES,
            )
        )
    try:
        password = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UsageError(say("{source} is not UTF-8 text, so it is no password.", source=source)) from error
    if not password:
        raise UsageError(say("{source} is empty.", source=source))
    return password


def look_up_in_keyring(location: str) -> str | None:
    """The system keyring's password for ``location`` (service ``notou``); None where there is no keyring."""
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(KEYRING_SERVICE, location)
    except keyring.errors.KeyringError:  # none on this machine, or locked: the next source is asked
        return None
