"""The first files of a new vault.

What may not enter: writing them anywhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.vault.config import Config, new_config, seal_config
from notou.vault.keys import NEW_KEY_WORK, MasterKey, Random, ScryptWork, create_key_file, new_master_key


@dataclass(frozen=True, slots=True)
class NewVault:
    """A vault not yet written: put ``files`` in this order, the config last, so that half a vault is none."""

    config: Config
    master: MasterKey
    files: tuple[tuple[ObjectName, bytes], ...]


def create_vault(
    password: str,
    *,
    username: str,
    hostname: str,
    created_ns: int,
    random: Random,
    work: ScryptWork = NEW_KEY_WORK,
) -> NewVault:
    """A fresh config and master key, and the key file that opens it with ``password``."""
    config, master = new_config(random), new_master_key(random)
    key = create_key_file(
        password,
        master,
        username=username,
        hostname=hostname,
        created_ns=created_ns,
        random=random,
        work=work,
    )
    key_name = ObjectName(FileKind.KEY, hashlib.sha256(key).hexdigest())
    return NewVault(config, master, ((key_name, key), (CONFIG_NAME, seal_config(master, config))))
