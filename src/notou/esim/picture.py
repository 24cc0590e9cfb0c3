"""QR codes in a picture. Pictures come from anywhere: their size is bounded before they are decoded.

Needs Pillow and zxing-cpp, the extra ``qr``. What may not enter: files, the clipboard, what the codes mean.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.sentence import say

if TYPE_CHECKING:
    from PIL import Image

MOST_PICTURE_BYTES = 32 << 20
MOST_PIXELS = 64 << 20
_READ_PIXELS = 24 << 20
_MOST_SIDE_PIXELS = (1 << 16) - 1
"""zxing-cpp takes no longer side."""
"""Larger ones are made smaller first: a QR code fills more than a few pixels of a photo that large."""

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def qr_texts(data: bytes) -> list[str]:
    """What every QR code in the picture says, each once.

    UsageError when the picture cannot be read or is too large, or when what reads pictures is not installed.
    """
    try:
        import PIL
        import zxingcpp
    except ImportError:
        raise UsageError(
            say(
                "Reading QR codes from pictures needs Pillow and zxing-cpp: install notou with its extra "
                "“qr”, or give the code itself."
            )
        ) from None
    del PIL
    found = zxingcpp.read_barcodes(
        _grey(data), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    return list(dict.fromkeys(each.text for each in found if each.valid))


def _grey(data: bytes) -> Image.Image:
    if len(data) > MOST_PICTURE_BYTES:
        raise _too_large()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of bombs: the bound here is lower
            return _decoded(data)
    except UsageError:
        raise
    except Exception:  # noqa: BLE001 - decoders raise whatever hostile bytes made of them
        raise UsageError(
            say("This is no picture that Notou can read ({formats}).", formats=", ".join(_FORMATS))
        ) from None


def _decoded(data: bytes) -> Image.Image:
    from PIL import Image

    with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
        pixels = picture.width * picture.height
        if pixels > MOST_PIXELS or max(picture.size) > _MOST_SIDE_PIXELS:
            raise _too_large()
        if pixels > _READ_PIXELS:
            factor = (_READ_PIXELS / pixels) ** 0.5
            picture.thumbnail((int(picture.width * factor) + 1, int(picture.height * factor) + 1))
        if picture.has_transparency_data:
            ground = Image.new("RGBA", picture.size, "white")
            return Image.alpha_composite(ground, picture.convert("RGBA")).convert("L")
        return picture.convert("L")


def _too_large() -> UsageError:
    return UsageError(say("The picture is too large to read; cut out the part with the QR code."))
