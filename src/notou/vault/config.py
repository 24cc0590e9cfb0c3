"""The config file: version, the vault's id, and the polynomial restic's own chunker uses.

What may not enter: settings of Notou.
"""

from __future__ import annotations

from dataclasses import dataclass

from notou import kernel
from notou.errors import DamagedError
from notou.kernel.gotext import go_json
from notou.sentence import say
from notou.vault.fields import number, parse_object, text
from notou.vault.keys import MasterKey, Random
from notou.vault.polynomial import random_irreducible
from notou.vault.sealed import decode_plain

MOST_CONFIG_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Config:
    """What identifies a vault. ``id`` is 64 hex digits; ``chunker_polynomial`` lower-case hex."""

    version: int
    id: str
    chunker_polynomial: str


def new_config(random: Random) -> Config:
    """A config of format 2 for a new vault."""
    return Config(2, random(32).hex(), f"{random_irreducible(random):x}")


def seal_config(master: MasterKey, config: Config) -> bytes:
    """The bytes to store: sealed JSON, never compressed."""
    fields = {"version": config.version, "id": config.id, "chunker_polynomial": config.chunker_polynomial}
    return kernel.seal(master.bytes64, go_json(fields).encode())


def open_config(master: MasterKey, data: bytes) -> Config:
    """Open a stored config; DamagedError when it does not open or is of a version Notou does not know."""
    fields = parse_object(
        decode_plain(kernel.unseal(master.bytes64, data), MOST_CONFIG_BYTES), say("The config")
    )
    version = number(fields, "version")
    if version not in (1, 2):
        raise DamagedError(
            say("The vault is of format {version}; Notou knows formats 1 and 2.", version=version)
        )
    config = Config(version, text(fields, "id"), text(fields, "chunker_polynomial"))
    if not _is_id(config.id):
        raise DamagedError(say("The config holds no valid id of the vault."))
    return config


def _is_id(value: str) -> bool:
    return len(value) == 64 and all(digit in "0123456789abcdef" for digit in value)
