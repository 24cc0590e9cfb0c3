"""What a card says about a file when it is selected: how it is built, and how large it is.

Two forms: the FCP template of a UICC (TS 102 221, 11.1.1.3), the response of a plain SIM (3GPP TS 51.011,
9.2.1). What may not enter: commands.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from notou.sim.tlv import first

_FCP, _DESCRIPTOR, _SIZE = 0x62, 0x82, 0x80


class Structure(Enum):
    """How a file is built."""

    TRANSPARENT = "transparent"
    LINEAR_FIXED = "linear fixed"
    CYCLIC = "cyclic"
    FOLDER = "folder"
    OTHER = "other"


class FileInfo(NamedTuple):
    """A selected file; ``record_bytes`` and ``records`` are 0 where it has none."""

    structure: Structure
    size_bytes: int
    record_bytes: int = 0
    records: int = 0


_UICC = {1: Structure.TRANSPARENT, 2: Structure.LINEAR_FIXED, 6: Structure.CYCLIC}
_SIM = {0: Structure.TRANSPARENT, 1: Structure.LINEAR_FIXED, 3: Structure.CYCLIC}
_SIM_ELEMENTARY = 4


def uicc_file(response: bytes) -> FileInfo:
    """The answer of a UICC. Whatever it holds gives some FileInfo."""
    template = first(response, _FCP)
    descriptor, size = first(template, _DESCRIPTOR), int.from_bytes(first(template, _SIZE)[:4], "big")
    if not descriptor or descriptor[0] & 0b111000 == 0b111000:
        return FileInfo(Structure.FOLDER, 0)
    return _file(_UICC.get(descriptor[0] & 0b111), size, int.from_bytes(descriptor[2:4], "big"))


def sim_file(response: bytes) -> FileInfo:
    """The answer of a plain SIM. Whatever it holds gives some FileInfo."""
    if len(response) < 14 or response[6] != _SIM_ELEMENTARY:
        return FileInfo(Structure.FOLDER, 0)
    size, record_bytes = int.from_bytes(response[2:4], "big"), int.from_bytes(response[14:15], "big")
    return _file(_SIM.get(response[13]), size, record_bytes)


def _file(structure: Structure | None, size: int, record_bytes: int) -> FileInfo:
    if structure is None:
        return FileInfo(Structure.OTHER, size)
    if structure is Structure.TRANSPARENT or not record_bytes:
        return FileInfo(structure, size)
    return FileInfo(structure, size, record_bytes, size // record_bytes)
