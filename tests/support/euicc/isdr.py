"""The ISD-R: commands put together from STORE DATA blocks, each handed to the function that answers it.

SGP.22 section 5.7.2: CLA 80, INS E2, P1 11 (more blocks) or 91 (last block), P2 the block's number.
What may not enter: logical channels, the meaning of a command.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.euicc import about, installing, notices, profiles, session
from tests.support.euicc.chip import SVN, Chip
from tests.support.rsp.der import Tlv, read, read_header, tlv

AID = bytes.fromhex("A0000005591010FFFFFFFF8900000100")
STORE_DATA, MORE, LAST = 0xE2, 0x11, 0x91
DONE, REFRESH_FOLLOWS = 0x9000, 0x910B
WRONG_DATA, NOT_KNOWN, WRONG_PARAMETERS, NOT_SUPPORTED, CONDITIONS = 0x6A80, 0x6A88, 0x6A86, 0x6D00, 0x6985
_CHANGES = frozenset({0xBF31, 0xBF32})

Answer = Callable[[Chip, Tlv], bytes]
ANSWERS: dict[int, Answer] = {
    0xBF3C: about.addresses,
    0xBF3F: about.set_default_address,
    0xBF20: about.info1,
    0xBF22: about.info2,
    0xBF2E: about.challenge,
    0xBF3E: about.eid,
    0xBF43: about.rules,
    0xBF28: notices.listed,
    0xBF2B: notices.retrieved,
    0xBF30: notices.sent,
    0xBF2D: profiles.listed,
    0xBF31: profiles.enabled,
    0xBF32: profiles.disabled,
    0xBF33: profiles.deleted,
    0xBF29: profiles.named,
    0xBF34: profiles.reset,
    0xBF38: session.authenticated,
    0xBF21: session.prepared,
    0xBF41: session.cancelled,
}


class Isdr:
    """The ISD-R as selected on one logical channel."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._blocks: list[bytes] = []

    def selected(self) -> bytes:
        """Return what SELECT answers: file control information with the version (SGP.22 5.7.1)."""
        template = tlv(0xE0, tlv(0x82, SVN))
        return tlv(0x6F, tlv(0x84, AID), tlv(0xA5, template))

    def command(self, ins: int, p1: int, p2: int, data: bytes) -> tuple[bytes, int]:
        """Answer one command with data and status."""
        if ins != STORE_DATA:
            return b"", NOT_SUPPORTED
        if p1 not in (MORE, LAST) or p2 not in (0, len(self._blocks) & 0xFF):
            self._blocks.clear()
            return b"", WRONG_PARAMETERS
        if p2 == 0 and len(self._blocks) & 0xFF:
            self._blocks.clear()  # a new command; the one before was left unfinished
        self._blocks.append(data)
        return (b"", DONE) if p1 == MORE else self._complete()

    def _complete(self) -> tuple[bytes, int]:
        whole = b"".join(self._blocks)
        self._blocks.clear()
        if self._chip.habits.ends_in_status is not None:
            return b"", self._chip.habits.ends_in_status
        try:
            return self._answered(whole)
        except ValueError:
            return b"", WRONG_DATA

    def _answered(self, whole: bytes) -> tuple[bytes, int]:
        tag = read_header(whole)[0]
        if tag == installing.PACKAGE or tag in installing.PART_TAGS:
            result = installing.loaded(self._chip, whole)
            return result or b"", CONDITIONS if result is None else DONE
        self._drop_package()
        answer = ANSWERS.get(tag)
        if answer is None:
            return b"", NOT_KNOWN
        refreshes = self._chip.refreshes
        data = answer(self._chip, read(whole))
        announces = self._chip.habits.announces_refresh and tag in _CHANGES
        return data, REFRESH_FOLLOWS if announces and self._chip.refreshes > refreshes else DONE

    def _drop_package(self) -> None:
        """Another command in the middle of a package is the end of the package."""
        if self._chip.session:
            self._chip.session.loading = None
