"""Files of a card: folders, transparent files and files of records, and what selecting each answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Access(IntEnum):
    """What opens a file; the values of PINs are a plain SIM's numbers for them."""

    ALWAYS = 0
    PIN1 = 1
    PIN2 = 2
    NEVER = 15


@dataclass
class Elementary:
    """A file: ``records`` of equal length, or one record that is the content of a transparent file."""

    file_id: int
    records: list[bytes]
    structure: str = "linear"  # transparent, linear, cyclic
    read: Access = Access.ALWAYS
    update: Access = Access.PIN1

    @property
    def size(self) -> int:
        return sum(len(record) for record in self.records)

    def fcp(self) -> bytes:
        """TS 102 221, 11.1.1.3."""
        code = {"transparent": 0x41, "linear": 0x42, "cyclic": 0x46}[self.structure]
        descriptor = bytes([code, 0x21])
        if self.structure != "transparent":
            descriptor += bytes([0, len(self.records[0]), len(self.records)])
        return _fcp(
            descriptor, self.file_id, _tlv(0x8B, b"\x6f\x06\x01") + _tlv(0x80, self.size.to_bytes(2, "big"))
        )

    def header(self) -> bytes:
        """TS 51.011, 9.2.1."""
        code = {"transparent": 0, "linear": 1, "cyclic": 3}[self.structure]
        rights = bytes([self.read << 4 | self.update, 0xFF, 0xFF])
        record_bytes = 0 if self.structure == "transparent" else len(self.records[0])
        start = b"\x00\x00" + self.size.to_bytes(2, "big") + self.file_id.to_bytes(2, "big") + b"\x04\x00"
        return start + rights + bytes([0x01, 2, code, record_bytes])


@dataclass
class Folder:
    """A DF or the MF; ``parent`` is set when it is put into one."""

    file_id: int
    children: dict[int, Elementary | Folder] = field(default_factory=dict)
    parent: Folder | None = None

    def put(self, *files: Elementary | Folder) -> Folder:
        """Put files in; returns itself."""
        for each in files:
            self.children[each.file_id] = each
            if isinstance(each, Folder):
                each.parent = self
        return self

    def fcp(self) -> bytes:
        return _fcp(b"\x78\x21", self.file_id, _tlv(0xC6, b"\x90\x01\x80\x83\x01\x01"))

    def header(self, pins: tuple[int, int]) -> bytes:
        """``pins``: the status octets of CHV1 and CHV2."""
        kind = 0x01 if self.file_id == 0x3F00 else 0x02
        start = b"\x00\x00\x7f\xff" + self.file_id.to_bytes(2, "big") + bytes([kind]) + bytes(5)
        return start + bytes([10, 0x13, 2, 4, 4, 0, pins[0], 0x8A, pins[1], 0x8A, 0])


def _tlv(tag: int, value: bytes) -> bytes:
    return bytes([tag, len(value)]) + value


def _fcp(descriptor: bytes, file_id: int, more: bytes) -> bytes:
    inner = _tlv(0x82, descriptor) + _tlv(0x83, file_id.to_bytes(2, "big")) + _tlv(0x8A, b"\x05") + more
    return _tlv(0x62, inner)
