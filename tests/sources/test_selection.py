from __future__ import annotations

import os
from pathlib import Path

import pytest

from notou.errors import UsageError
from notou.kernel import list_directories
from notou.sources.excludes import ExcludeRules, read_patterns
from notou.sources.folder import Roots
from notou.sources.selection import Selection

SIGNATURE = b"Signature: 8a477f597d28d172789f06886806bc55"
FILES = (
    "a.txt",
    "b.TMP",
    "keep.o",
    "x.o",
    "big.bin",
    "build/out.o",
    "src/build/out.o",
    "src/main.c",
    "cache/CACHEDIR.TAG",
    "cache/data",
    "fake/CACHEDIR.TAG",
    "fake/data",
    "node/.nobackup",
    "node/data",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "big.bin").write_bytes(bytes(2000))
    (tmp_path / "cache/CACHEDIR.TAG").write_bytes(SIGNATURE + b"\n")
    return tmp_path


def chosen(home: Path, rules: ExcludeRules) -> set[str]:
    """The files that are taken below ``home``, by a plain recursive walk."""
    root = os.fsencode(home)
    selection = Selection(Roots((root,)), rules)
    chooser = selection.below(root, os.lstat(root).st_dev)
    taken, waiting = set(), [root]
    while waiting:
        directory = list_directories([(waiting.pop(), None)])[0]
        assert not isinstance(directory, str)
        names, kinds = directory.names, directory.kinds
        for entry in chooser.entries(directory) if chooser else range(len(names)):
            path = directory.path + b"/" + names[entry]
            if kinds[entry] == ord("d"):
                waiting.append(path)
            else:
                taken.add(os.fsdecode(path[len(root) + 1 :]))
    return taken


@pytest.mark.parametrize(
    ("rules", "left_out"),
    [
        (ExcludeRules(), set()),
        (ExcludeRules(patterns=("*.o",)), {"keep.o", "x.o", "build/out.o", "src/build/out.o"}),
        (ExcludeRules(patterns=("*.o", "!keep.o")), {"x.o", "build/out.o", "src/build/out.o"}),
        (ExcludeRules(patterns=("build/",)), {"build/out.o", "src/build/out.o"}),
        (ExcludeRules(patterns=("/build",)), {"build/out.o"}),
        (ExcludeRules(patterns=("src/build",)), {"src/build/out.o"}),
        (ExcludeRules(patterns=("src/*", "!src/main.c")), {"src/build/out.o"}),
        (ExcludeRules(patterns=("# a comment", "", "a.txt")), {"a.txt"}),
        (ExcludeRules(patterns=("*.tmp",)), set()),
        (ExcludeRules(patterns_any_case=("*.Tmp",)), {"b.TMP"}),
        (ExcludeRules(larger_than=1999), {"big.bin"}),
        (ExcludeRules(larger_than=2000), set()),
        (ExcludeRules(caches=True), {"cache/data"}),
        (ExcludeRules(if_present=(b".nobackup",)), {"node/data"}),
        (ExcludeRules(one_file_system=True), set()),
    ],
)
def test_rules_leave_out_what_they_say_and_nothing_else(
    home: Path, rules: ExcludeRules, left_out: set[str]
) -> None:
    assert chosen(home, rules) == set(FILES) - left_out


def test_a_pattern_may_be_the_whole_path(home: Path) -> None:
    assert chosen(home, ExcludeRules(patterns=(f"{home}/src",))) == {
        name for name in FILES if not name.startswith("src/")
    }


def test_names_that_are_no_utf8_can_be_matched(home: Path) -> None:
    (home / os.fsdecode(b"\xff.o")).write_bytes(b"")
    assert os.fsdecode(b"\xff.o") not in chosen(home, ExcludeRules(patterns=("*.o",)))
    assert os.fsdecode(b"\xff.o") not in chosen(home, ExcludeRules(patterns=(os.fsdecode(b"\xff*"),)))


def test_the_vaults_own_places_leave_themselves_out(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(home / "src")
    rules = ExcludeRules(own_places=(os.fsencode(link), b"/nonexistent/outbox"))
    assert chosen(home, rules) == {name for name in FILES if not name.startswith("src/")}


def test_nothing_to_exclude_costs_nothing(home: Path) -> None:
    root = os.fsencode(home)
    rules = ExcludeRules(own_places=(b"/nonexistent/outbox",))
    assert Selection(Roots((root,)), rules).below(root, 1) is None


def test_a_mount_point_is_kept_and_not_entered(home: Path) -> None:
    root = os.fsencode(home)
    directory = list_directories([(root, None)])[0]
    assert not isinstance(directory, str)
    elsewhere = Selection(Roots((root,)), ExcludeRules(one_file_system=True)).below(root, 1)
    assert elsewhere is not None
    kept = elsewhere.entries(directory)
    assert {directory.kinds[entry] for entry in kept} == {ord("d")}
    assert not any(elsewhere.enters(directory, entry) for entry in kept)


def test_a_file_of_patterns_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gone"):
        read_patterns(str(tmp_path / "gone"))
    with pytest.raises(UsageError, match="longer"):
        read_patterns("/dev/zero")
    (tmp_path / "list").write_bytes(b"*.o\r\n\xff*\n")
    assert read_patterns(str(tmp_path / "list")) == ("*.o", os.fsdecode(b"\xff*"))
