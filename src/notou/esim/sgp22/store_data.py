"""ES10 over APDUs: a request goes to the chip in blocks of STORE DATA, and its response comes back.

SGP.22, section 5.7.2. What may not enter: what requests mean, channels (notou.card).
"""

from __future__ import annotations

from notou.card.base import Channel
from notou.errors import ChipRefusedError, LimitError
from notou.sentence import say

BLOCK_BYTES = 120
"""Of data in one command. 255 are allowed, but modems that pass on fewer are about (lpac's choice too)."""

_MORE, _LAST = 0x11, 0x91
_MOST_BLOCKS = 256


def store_data(channel: Channel, request: bytes) -> bytes:
    """Send one request; returns the response. ChipRefusedError for a status that is no success.

    ``91xx`` is success as well: the chip has a command for the phone, which is not ours to fetch.
    """
    blocks = [request[at : at + BLOCK_BYTES] for at in range(0, len(request), BLOCK_BYTES)] or [b""]
    if len(blocks) > _MOST_BLOCKS:
        raise LimitError(say("A message is too long for the chip."))
    answer = b""
    for number, block in enumerate(blocks):
        kind = _LAST if number == len(blocks) - 1 else _MORE
        command = bytes([0x80, 0xE2, kind, number, len(block)]) + block + b"\x00"
        answer = _required(channel.transmit(command))
    return answer


def _required(answer: bytes) -> bytes:
    status = answer[-2:]
    if status == b"\x90\x00" or status[:1] == b"\x91":
        return answer[:-2]
    raise ChipRefusedError(
        say("The chip refused a command (status {status}).", status=status.hex().upper()),
        int.from_bytes(status, "big"),
    )
