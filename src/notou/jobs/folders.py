"""Where Notou keeps things on this device, by the system's own convention (XDG on Linux).

What may not enter: what is kept there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping


def outbox_folder(vault_id: str, environ: Mapping[str, str]) -> bytes:
    """The outbox of a vault: NOTOU_OUTBOX when set, else under the user's state folder, by vault id.

    Not made here. An outbox on the file system of a copy lets packs be linked instead of written twice.
    """
    if chosen := environ.get("NOTOU_OUTBOX"):
        return os.fsencode(os.path.join(chosen, vault_id))
    import platformdirs

    return os.fsencode(os.path.join(platformdirs.user_state_dir("notou"), "outbox", vault_id))
