"""Why a package was not installed, as the result says it (BppCommandId, ErrorReason).

What may not enter: when each applies.
"""

from __future__ import annotations

from enum import IntEnum


class BppCommand(IntEnum):
    """The command at which the installation ended."""

    INITIALISE_SECURE_CHANNEL, CONFIGURE_ISDP, STORE_METADATA = 0, 1, 2
    REPLACE_SESSION_KEYS, LOAD_PROFILE_ELEMENTS = 4, 5


class Reason(IntEnum):
    """Why it ended."""

    INCORRECT_INPUT, INVALID_SIGNATURE, INVALID_TRANSACTION = 1, 2, 3
    UNSUPPORTED_TEMPLATE, UNSUPPORTED_OPERATION, UNSUPPORTED_CLASS = 4, 5, 6
    STRUCTURE_ERROR, SECURITY_ERROR = 7, 8
    ICCID_EXISTS, INSUFFICIENT_MEMORY = 9, 10
    ELEMENT_ERROR, DATA_MISMATCH, RULE_NOT_ALLOWED = 12, 13, 15


class FailedError(Exception):
    """The command under way fails for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason
