"""Where Notou keeps things on this device, by the system's own convention (XDG on Linux).

What may not enter: what is kept there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


def outbox_folder(vault_id: str, environ: Mapping[str, str]) -> bytes:
    """The outbox of a vault: below NOTOU_OUTBOX when set, else below the user's state folder, by vault id.

    Not made here. An outbox on the file system of a copy lets packs be linked instead of written twice.
    """
    return os.fsencode(os.path.join(_outboxes(environ), vault_id))


def work_folder(environ: Mapping[str, str]) -> str:
    """Where upkeep packs anew: beside the outboxes, so that packs can be linked from there as well."""
    return os.path.join(_outboxes(environ), "work")


def _outboxes(environ: Mapping[str, str]) -> str:
    if chosen := environ.get("NOTOU_OUTBOX"):
        return os.path.abspath(chosen)
    import platformdirs

    return os.path.join(platformdirs.user_state_dir("notou"), "outbox")
