"""What a chip's result codes mean, as sentences (SGP.22, sections 5.7.x), by function and code.

What may not enter: what a server answers (server_codes), decisions.
"""

from __future__ import annotations

from notou.errors import ChipRefusedError
from notou.esim.sgp22 import tags
from notou.esim.tlv import tag_text
from notou.sentence import Sentence, say

UNDEFINED = 127
NOT_FOUND = 1
NOT_IN_STATE = 2
BY_POLICY = 3
CAT_BUSY = 5

_BUSY = say("The chip is busy with a command of the phone or modem; try again in a moment.")
_NO_PROFILE = say("The chip has no such profile.")
_BAD_CERTIFICATE = say("The chip does not accept the server's certificate; nothing was installed.")
_BAD_SIGNATURE = say("The chip found a signature of the server to be wrong; nothing was installed.")
_OTHER_CURVE = say("The chip cannot check the kind of signature that the server uses.")
_NO_SESSION = say("The chip knows nothing of this exchange any more; start the download again.")

_MEANINGS: dict[int, dict[int, Sentence]] = {
    tags.ENABLE_PROFILE: {
        NOT_FOUND: _NO_PROFILE,
        NOT_IN_STATE: say("The profile is enabled already."),
        BY_POLICY: say("The profile now in use may not be disabled: its operator forbids it."),
        4: say("The chip allows only the profile that was enabled before to be enabled now."),
        CAT_BUSY: _BUSY,
    },
    tags.DISABLE_PROFILE: {
        NOT_FOUND: _NO_PROFILE,
        NOT_IN_STATE: say("The profile is disabled already."),
        BY_POLICY: say("The profile may not be disabled: its operator forbids it."),
        CAT_BUSY: _BUSY,
    },
    tags.DELETE_PROFILE: {
        NOT_FOUND: _NO_PROFILE,
        NOT_IN_STATE: say("The profile is enabled: disable it, or enable another, before deleting it."),
        BY_POLICY: say("The profile may not be deleted: its operator forbids it."),
    },
    tags.SET_NICKNAME: {NOT_FOUND: _NO_PROFILE},
    tags.AUTHENTICATE_SERVER: {
        1: _BAD_CERTIFICATE,
        2: _BAD_SIGNATURE,
        3: _OTHER_CURVE,
        4: _NO_SESSION,
        5: say("The server that answered is not the one the activation code names; nothing was installed."),
        6: say("The server answered to another question than the chip's; nothing was installed."),
        7: say("The chip does not know the authority that the server's certificate comes from."),
    },
    tags.PREPARE_DOWNLOAD: {
        1: _BAD_CERTIFICATE,
        2: _BAD_SIGNATURE,
        3: _OTHER_CURVE,
        4: _NO_SESSION,
        5: _NO_SESSION,
    },
    tags.CANCEL_SESSION: {5: _NO_SESSION},
    tags.PROFILE_INSTALLATION_RESULT: {
        1: say("The profile that the server sent holds values the chip cannot take; it was not installed."),
        2: say("The signature of the profile that the server sent is wrong; it was not installed."),
        3: say("The profile that the server sent belongs to another exchange; it was not installed."),
        4: say("The chip cannot use the keys of the profile that the server sent; it was not installed."),
        5: say("The server asked the chip for something it does not know; nothing was installed."),
        6: say("The chip does not take profiles of this class; it was not installed."),
        7: say("The profile that the server sent is malformed; it was not installed."),
        8: say("The profile arrived altered, as the chip found when it opened it; it was not installed."),
        9: say("A profile with this ICCID is on the chip already; it was not installed again."),
        10: say("The chip has no room for this profile; delete one that you no longer need."),
        11: say("The installation was interrupted; start the download again."),
        12: say("The chip could not carry out the profile's instructions; it was not installed."),
        13: say("The profile is not the one that was announced; it was not installed."),
        14: say("The chip takes a test profile only with a test key; it was not installed."),
        15: say("The chip does not allow the rules of this profile; it was not installed."),
    },
}


def refusal(function: int, code: int) -> ChipRefusedError:
    """The error for a result code of the function with this tag."""
    sentence = _MEANINGS.get(function, {}).get(code)
    if sentence is None:
        sentence = say(
            "The chip refused without saying why (function {function}, code {code}).",
            function=tag_text(function), code=str(code),
        )  # fmt: skip
    return ChipRefusedError(sentence, code)


def require_ok(function: int, code: int) -> None:
    """Raise ChipRefusedError for any result code but 0."""
    if code != 0:
        raise refusal(function, code)
