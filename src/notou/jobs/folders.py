"""Where Notou keeps things on this device, by the system's own convention (XDG on Linux).

What may not enter: what is kept there.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from notou.errors import UsageError
from notou.sentence import say
from notou.shown import shown
from notou.words.system import system_reason


def outbox_folder(vault_id: str, environ: Mapping[str, str]) -> bytes:
    """The outbox of a vault: below NOTOU_OUTBOX when set, else below the user's state folder, by vault id.

    Not made here. An outbox on the file system of a copy lets packs be linked instead of written twice.
    """
    return os.fsencode(os.path.join(_outboxes(environ), vault_id))


def work_folder(environ: Mapping[str, str]) -> str:
    """Where upkeep packs anew: beside the outboxes, so that packs can be linked from there as well."""
    return os.path.join(_outboxes(environ), "work")


def catalogue_folder() -> bytes:
    """The person's own catalogue files, below the user's data folder. Not made here."""
    import platformdirs

    return os.fsencode(os.path.join(platformdirs.user_data_dir("notou"), "catalogue"))


@contextmanager
def making_outbox(environ: Mapping[str, str]) -> Iterator[None]:
    """Inside, the outboxes' folder is made; UsageError that says what it is for where that cannot be."""
    folder = _outboxes(environ)
    try:
        yield
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise UsageError(_no_outbox(environ, error)) from error


def outbox_trouble(environ: Mapping[str, str]) -> str | None:
    """Why the outboxes' folder cannot be made or written to, None where it can; leaves nothing behind."""
    folder = _outboxes(environ)
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    try:
        os.rmdir(tempfile.mkdtemp(dir=folder))
    except OSError as error:
        return _no_outbox(environ, error)
    return None


def _no_outbox(environ: Mapping[str, str], error: OSError) -> str:
    where, reason = shown(os.fsencode(_outboxes(environ))), system_reason(error)
    if environ.get("NOTOU_OUTBOX"):
        return say(
            "The outbox {path}, which NOTOU_OUTBOX names, cannot be written ({reason}). Encrypted packs wait "
            "there for the copies: set it to a folder on a disk of this machine.",
            path=where,
            reason=reason,
        )
    return say(
        "The outbox {path} cannot be written ({reason}). Encrypted packs wait there for the copies: set "
        "NOTOU_OUTBOX to a folder on a disk of this machine.",
        path=where,
        reason=reason,
    )


def _outboxes(environ: Mapping[str, str]) -> str:
    if chosen := environ.get("NOTOU_OUTBOX"):
        return os.path.abspath(chosen)
    import platformdirs

    return os.path.join(platformdirs.user_state_dir("notou"), "outbox")
