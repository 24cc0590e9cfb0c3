"""A hostile vault or a prepared target folder must not make a restore reach outside the target."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from tests.kernel.native.packs import KEY, packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType
    from typing import Any

HOSTILE_PATHS = [
    b"",
    b"/",
    b".",
    b"..",
    b"../outside/victim",
    b"/etc/passwd",
    b"folder/../../outside/victim",
    b"folder/./file",
    b"folder//file",
    b"folder/",
    b"file\0name",
    b"away/victim",
    b"folder/up/outside/victim",
]


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """(target, outside): the target holds links that lead outside, where a victim stands."""
    target, outside = tmp_path / "target", tmp_path / "outside"
    target.mkdir()
    outside.mkdir()
    (outside / "victim").write_bytes(b"precious")
    (target / "folder").mkdir()
    (target / "away").symlink_to(outside)
    (target / "folder" / "up").symlink_to("../..")
    (target / "to_victim").symlink_to(outside / "victim")
    return target, outside


def outside_is_untouched(outside: Path) -> bool:
    stat = (outside / "victim").stat()
    return (
        os.listdir(outside) == ["victim"]
        and (outside / "victim").read_bytes() == b"precious"
        and stat.st_mode & 0o7777 != 0o4777
        and stat.st_mtime_ns != 1
        and stat.st_nlink == 1
    )


def operations(kernel: ModuleType, target: Any) -> dict[str, Callable[[bytes], list[Any]]]:
    """Each operation on one path; an empty list says that it was done."""
    data, entries = packed(kernel, [b"evil"])

    def finish(kind: str) -> Callable[[bytes], list[Any]]:
        return lambda path: target.finish([(path, kind, -1, 0o4777, -1, -1, 1, 1, [])])

    return {
        "make_directories": lambda path: target.make_directories([path]),
        "write": lambda path: target.write(KEY, data, 0, entries, [(path, 4)], [(0, 0, 0)])[1],
        "create_empty": lambda path: target.create_empty([path]),
        "link from": lambda path: target.link([(path, b"new")]),
        "link to": lambda path: target.link([(b"folder/real", path)]),
        "make_special": lambda path: target.make_special([(path, "l", b"x", 0)]),
        "finish file": finish("f"),
        "finish folder": finish("d"),
        "finish link": finish("l"),
        "verify": lambda path: target.verify([(path, [])]),
    }


@pytest.mark.parametrize("path", HOSTILE_PATHS, ids=repr)
def test_no_operation_takes_a_path_that_leads_out(
    native: ModuleType, places: tuple[Path, Path], path: bytes
) -> None:
    inside, outside = places
    target = native.Target(os.fsencode(inside))
    assert target.create_empty([b"folder/real"]) == []
    for name, operate in operations(native, target).items():
        faults = operate(path)
        assert faults, f"{name} did {path!r}"
        assert outside_is_untouched(outside), name
    target.remove([path])
    assert outside_is_untouched(outside)
    assert target.stat([path]) == [None]


def test_a_link_in_a_files_place_is_not_written_through(
    native: ModuleType, places: tuple[Path, Path]
) -> None:
    inside, outside = places
    target = native.Target(os.fsencode(inside))
    data, entries = packed(native, [b"evil"])
    _, faults = target.write(KEY, data, 0, entries, [(b"to_victim", 4)], [(0, 0, 0)])
    assert faults
    assert target.finish([(b"to_victim", "f", 4, 0o4777, -1, -1, 1, 1, [])])
    assert outside_is_untouched(outside)
    assert target.create_empty([b"to_victim"]) == []  # the link made room, its end did not
    assert outside_is_untouched(outside)


def test_finishing_a_link_changes_the_link_alone(native: ModuleType, places: tuple[Path, Path]) -> None:
    inside, outside = places
    target = native.Target(os.fsencode(inside))
    assert target.finish([(b"to_victim", "l", -1, 0o4777, os.getuid(), os.getgid(), 1, 1, [])]) == []
    assert os.lstat(inside / "to_victim").st_mtime_ns == 1
    assert outside_is_untouched(outside)


def test_a_folder_swapped_for_a_link_is_made_a_folder_again(
    native: ModuleType, places: tuple[Path, Path]
) -> None:
    inside, outside = places
    target = native.Target(os.fsencode(inside))
    data, entries = packed(native, [b"mine"])
    assert target.make_directories([b"away"]) == []
    assert target.write(KEY, data, 0, entries, [(b"away/victim", 4)], [(0, 0, 0)]) == ([], [])
    assert (inside / "away" / "victim").read_bytes() == b"mine"
    assert outside_is_untouched(outside)


def test_a_restored_link_does_not_redirect_what_comes_later(
    native: ModuleType, places: tuple[Path, Path]
) -> None:
    inside, outside = places
    target = native.Target(os.fsencode(inside))
    assert target.make_special([(b"trap", "l", os.fsencode(outside), 0)]) == []
    data, entries = packed(native, [b"evil"])
    _, faults = target.write(KEY, data, 0, entries, [(b"trap/victim", 4)], [(0, 0, 0)])
    assert [path for path, _ in faults] == [b"trap/victim"]
    assert outside_is_untouched(outside)


def test_a_file_with_names_elsewhere_is_not_written_over(
    native: ModuleType, places: tuple[Path, Path]
) -> None:
    inside, outside = places
    os.link(outside / "victim", inside / "shared")
    target = native.Target(os.fsencode(inside))
    data, entries = packed(native, [b"evil"])
    _, faults = target.write(KEY, data, 0, entries, [(b"shared", 4)], [(0, 0, 0)])
    assert "further names" in faults[0][1]
    assert target.finish([(b"shared", "f", 0, 0o600, -1, -1, 0, 0, [])])
    assert (outside / "victim").read_bytes() == b"precious"
    assert target.remove([b"shared"]) == []
    assert target.write(KEY, data, 0, entries, [(b"shared", 4)], [(0, 0, 0)]) == ([], [])
    assert (outside / "victim").read_bytes() == b"precious"


def test_fifos_sockets_and_folders_in_a_files_place_are_faults_and_never_waited_for(
    native: ModuleType, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, _ = places
    os.mkfifo(inside / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(inside)  # a socket's path is short
        listener.bind("socket")
    target = native.Target(os.fsencode(inside))
    data, entries = packed(native, [b"evil"])
    files = [(b"fifo", 4), (b"socket", 4), (b"folder", 4)]
    _, faults = target.write(KEY, data, 0, entries, files, [(0, n, 0) for n in range(3)])
    assert [path for path, _ in faults] == [b"fifo", b"socket", b"folder"]
    assert len(target.verify([(path, []) for path, _ in files])) == 3
    assert len(target.finish([(path, "f", 4, 0o600, -1, -1, 0, 0, []) for path, _ in files])) == 3


def test_offsets_beyond_a_files_end_are_faults(native: ModuleType, places: tuple[Path, Path]) -> None:
    inside, _ = places
    target = native.Target(os.fsencode(inside))
    data, entries = packed(native, [b"evil"])
    for offset in (1, 2**63 - 1, 2**64 - 1):
        _, faults = target.write(KEY, data, 0, entries, [(b"file", 4)], [(0, 0, offset)])
        assert len(faults) == 1
    assert not (inside / "file").exists()


def test_placements_that_name_nothing_are_the_callers_mistake(
    native: ModuleType, places: tuple[Path, Path]
) -> None:
    from notou.errors import UsageError

    target = native.Target(os.fsencode(places[0]))
    data, entries = packed(native, [b"x"])
    for placement in [(1, 0, 0), (0, 1, 0)]:
        with pytest.raises(UsageError):
            target.write(KEY, data, 0, entries, [(b"file", 1)], [placement])
