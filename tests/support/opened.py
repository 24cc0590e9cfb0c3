"""A vault opened by its master key: what passwords cost is spared where a test is not about them."""

from __future__ import annotations

from collections.abc import Sequence

from notou.model import CONFIG_NAME
from notou.vault.config import MOST_CONFIG_BYTES, open_config
from notou.vault.keys import MasterKey
from notou.vault.repository import Objects, Vault


def opened(places: Sequence[Objects], master: MasterKey) -> Vault:
    config = next(data for data in map(_config, places) if data is not None)
    return Vault(places, master, open_config(master, config), [])


def _config(place: Objects) -> bytes | None:
    return place.get(CONFIG_NAME, most=MOST_CONFIG_BYTES) if place.list(CONFIG_NAME.kind) else None
