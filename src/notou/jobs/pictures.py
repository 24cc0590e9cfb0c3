"""Where pictures with QR codes come from: a file, or what was copied last.

What may not enter: reading them (notou.esim.picture).
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping

from notou.errors import NotFoundError, UsageError
from notou.esim.picture import MOST_PICTURE_BYTES
from notou.sentence import say
from notou.shown import shown

_PATIENCE_S = 10.0
_PASTERS = (
    ("WAYLAND_DISPLAY", ("wl-paste", "--no-newline", "--type", "image/png")),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-target", "image/png", "-out")),
)


def picture_file(path: str) -> bytes:
    """A file's bytes, one more than a picture may have at most. UsageError when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(MOST_PICTURE_BYTES + 1)
    except OSError as error:
        raise UsageError(
            say(
                "The picture {path} cannot be read: {why}.",
                path=shown(os.fsencode(path)),
                why=error.strerror or str(error),
            )
        ) from error


def copied_picture(environ: Mapping[str, str]) -> bytes:
    """The picture in the clipboard. NotFoundError when there is none, or nothing that could fetch it."""
    if sys.platform in ("darwin", "win32"):
        return _grabbed()
    programs = [words for variable, words in _PASTERS if environ.get(variable)]
    there = [words for words in programs if shutil.which(words[0], path=environ.get("PATH"))]
    for words in there:
        if picture := _pasted(words, environ):
            return picture
    raise _nothing(can_paste=bool(there))


def _pasted(words: tuple[str, ...], environ: Mapping[str, str]) -> bytes:
    """What the program prints, b"" when it fails or takes too long; never more than a picture may have."""
    with subprocess.Popen(
        words, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        timer = threading.Timer(_PATIENCE_S, process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            data = process.stdout.read(MOST_PICTURE_BYTES + 1)
            if len(data) > MOST_PICTURE_BYTES:
                process.kill()
                return data
            return data if process.wait() == 0 else b""
        finally:
            timer.cancel()


def _grabbed() -> bytes:
    """By Pillow, where the system lets it."""
    try:
        from PIL import Image, ImageGrab
    except ImportError:
        raise _nothing(can_paste=False) from None
    picture = ImageGrab.grabclipboard()
    if not isinstance(picture, Image.Image):
        raise _nothing(can_paste=True)
    data = io.BytesIO()
    picture.save(data, format="PNG")
    return data.getvalue()


def _nothing(*, can_paste: bool) -> NotFoundError:
    if can_paste:
        return NotFoundError(
            say("No picture was copied. Copy the QR code's picture, or name its file with --qr.")
        )
    return NotFoundError(
        say(
            "Nothing here can fetch a copied picture: install wl-clipboard (Wayland) or xclip (X11), or save "
            "the picture and name its file with --qr."
        )
    )
