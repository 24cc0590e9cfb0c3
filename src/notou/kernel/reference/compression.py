"""zstd frames as the vault stores them: one frame, content size declared, no checksum.

The one place that imports zstd: the standard library's from Python 3.14 on, its backport before.
What may not enter: sealing, blobs.
"""

from __future__ import annotations

import sys

from notou.errors import DamagedError, LimitError
from notou.sentence import say

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def compress(plain: bytes, level: int) -> bytes:
    """One zstd frame that declares its content size and has no checksum."""
    return zstd.compress(plain, level)


def decompress(data: bytes, most: int) -> bytes:
    """The content of one zstd frame, of ``most`` bytes at most.

    LimitError above that, checked while streaming, whatever the frame declares; DamagedError when
    it is no frame, is cut short or is followed by other bytes.
    """
    stream = zstd.ZstdDecompressor()
    try:
        plain = stream.decompress(data, max_length=most + 1)
    except zstd.ZstdError as error:
        raise DamagedError(say("The stored bytes do not decompress: {error}.", error=str(error))) from error
    if len(plain) > most:
        raise LimitError(
            say("Stored bytes decompress to more than the {most} bytes that were declared.", most=most)
        )
    if not stream.eof:
        raise DamagedError(say("The stored bytes do not decompress: the zstd frame is cut short."))
    if stream.unused_data:
        raise DamagedError(say("The stored bytes do not decompress: more follows the zstd frame."))
    return plain
