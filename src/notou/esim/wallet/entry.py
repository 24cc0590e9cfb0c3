"""One entry of the wallet: a code and all that goes with it. Records only; nothing of it is changed in place.

Secrets stay out of ``repr``, so that no message can hold them by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from notou.esim.sgp22.metadata import ProfileClass
from notou.esim.wallet.code import ActivationCode


class Reusable(StrEnum):
    """Whether the provider lets a code work again after the profile was installed once."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ProfileState(StrEnum):
    """What became of an installed profile, as far as is known."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the profile is, or was last. ``device``: what its owner calls it. ``since``: in this state."""

    device: str = ""
    eid: str = field(default="", repr=False)
    iccid: str = field(default="", repr=False)
    profile_name: str = ""
    nickname: str = ""
    profile_class: ProfileClass | None = None
    state: ProfileState = ProfileState.ENABLED
    since: date | None = None
    notification_addresses: tuple[str, ...] = ()
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """``id`` names the file; everything else may be missing, the code too (a profile found on a chip).

    ``network``: MCC and MNC, such as ``546-01``. ``number``: E.164. ``other``: fields of later versions,
    kept as they are.
    """

    id: str
    code: ActivationCode | None = None
    confirmation_code: str = field(default="", repr=False)
    provider: str = ""
    order_number: str = ""
    valid_until: date | None = None
    reusable: Reusable = Reusable.UNKNOWN
    installed: Installed | None = None
    number: str = ""
    network: str = ""
    apn: str = ""
    pin: str = field(default="", repr=False)
    puk: str = field(default="", repr=False)
    added_on: date | None = None
    note: str = ""
    other: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_on_a_chip(self) -> bool:
        """Whether the profile is installed somewhere now, as far as is known."""
        return self.installed is not None and self.installed.state is not ProfileState.DELETED
