"""Where pictures come from: files, and programs that paste what was copied."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from notou.errors import NotFoundError, UsageError
from notou.esim.picture import MOST_PICTURE_BYTES
from notou.jobs.pictures import copied_picture, picture_file


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    path.chmod(0o700)


def desktop(folder: Path, **also: str) -> dict[str, str]:
    return {"PATH": f"{folder}:{os.defpath}", **also}


@pytest.mark.parametrize(("variable", "name"), [("WAYLAND_DISPLAY", "wl-paste"), ("DISPLAY", "xclip")])
def test_what_was_copied_is_pasted_by_the_program_of_the_desktop(
    tmp_path: Path, variable: str, name: str
) -> None:
    program(tmp_path, name, "assert 'image/png' in sys.argv; sys.stdout.write('picture')")
    assert copied_picture(desktop(tmp_path, **{variable: ":0"})) == b"picture"
    with pytest.raises(NotFoundError, match="install wl-clipboard"):
        copied_picture(desktop(tmp_path))


def test_a_clipboard_without_a_picture_is_said_and_the_other_program_is_asked(tmp_path: Path) -> None:
    program(tmp_path, "wl-paste", "sys.exit(1)")
    both = desktop(tmp_path, WAYLAND_DISPLAY="w", DISPLAY=":0")
    with pytest.raises(NotFoundError, match="No picture was copied"):
        copied_picture(both)
    program(tmp_path, "xclip", "sys.stdout.write('picture')")
    assert copied_picture(both) == b"picture"


def test_a_clipboard_that_never_ends_is_read_only_so_far(tmp_path: Path) -> None:
    program(tmp_path, "xclip", "while True: sys.stdout.write('x' * 2**20)")
    assert len(copied_picture(desktop(tmp_path, DISPLAY=":0"))) == MOST_PICTURE_BYTES + 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"picture")
    assert picture_file(str(tmp_path / "a.png")) == b"picture"
    with pytest.raises(UsageError, match=r"b\.png cannot be read"):
        picture_file(str(tmp_path / "b.png"))
