"""Every stored file of one copy is damaged in every way, one after another, as a failing disk would."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.compare import assert_same_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

Damage = Callable[[Path, random.Random], None]


def truncate(path: Path, rng: random.Random) -> None:
    os.truncate(path, rng.randrange(1, path.stat().st_size))


def flip(path: Path, rng: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path.write_bytes(content)


def empty(path: Path, rng: random.Random) -> None:
    os.truncate(path, 0)


def delete(path: Path, rng: random.Random) -> None:
    path.unlink()


def make_source(root: Path, rng: random.Random) -> None:
    """Three lanes, several blobs each."""
    (root / "Documents").mkdir(parents=True)
    for number in range(3):
        (root / "Documents" / f"letter{number}.txt").write_bytes(rng.randbytes(30_000))
    (root / "IMG.jpg").write_bytes(b"\xff\xd8\xff\xda\x00\x02" + rng.randbytes(50_000))
    (root / "tool.bin").write_bytes(rng.randbytes(40_000))


@pytest.mark.parametrize("damage", [truncate, flip, empty, delete], ids=lambda damage: damage.__name__)
def test_each_damaged_file_is_found_worked_round_and_healed(damage: Damage, tmp_path: Path) -> None:
    seed = 7
    print(f"seed {seed}")
    rng = random.Random(seed)
    notou, source = Program(tmp_path / "home"), tmp_path / "source"
    good, hurt = tmp_path / "good", tmp_path / "hurt"
    make_source(source, rng)
    notou.run("init", "--to", good, "--to", hurt)
    notou.run("backup", source, "--to", good, "--to", hurt)
    stored = sorted(path.relative_to(hurt) for path in hurt.rglob("*") if path.is_file())
    for number, name in enumerate(stored):
        (hurt / name).chmod(0o600)
        damage(hurt / name, rng)
        assert notou.attempt("check", "--from", hurt, "--from", good, "--read-data").returncode == 1, name
        target = tmp_path / f"out{number}"
        notou.run("restore", "latest", "--from", hurt, "--from", good, "--target", target)
        assert_same_tree(source, target / source.relative_to("/"))
        shutil.rmtree(target)
        notou.run("repair", "heal", "--to", good, "--to", hurt)
        Restic(hurt, PASSWORD).run("check", "--read-data")
    assert stored == sorted(path.relative_to(hurt) for path in hurt.rglob("*") if path.is_file())
    notou.run("backup", source, "--to", good, "--to", hurt)
    Restic(hurt, PASSWORD).run("check", "--read-data")


def assert_restored_honestly(source: Path, target: Path, *, whole: bool) -> None:
    """What came back is exact; what did not was said, by an exit code that is not 0."""
    restored = {path.relative_to(target) for path in target.rglob("*") if path.is_file()}
    assert all((target / name).read_bytes() == (source / name).read_bytes() for name in restored)
    assert not whole or len(restored) == sum(path.is_file() for path in source.rglob("*"))


@pytest.mark.parametrize("damage", [truncate, flip, empty, delete], ids=lambda damage: damage.__name__)
def test_what_is_left_of_a_single_copy_comes_back_and_backups_go_on(damage: Damage, tmp_path: Path) -> None:
    seed = 11
    print(f"seed {seed}")
    rng = random.Random(seed)
    notou, source, only = Program(tmp_path / "home"), tmp_path / "source", tmp_path / "only"
    make_source(source, rng)
    notou.run("init", "--to", only)
    notou.run("backup", source, "--to", only)
    pristine = tmp_path / "pristine"
    shutil.copytree(only, pristine)
    for name in sorted(path.relative_to(only) for path in (only / "data").rglob("*") if path.is_file()):
        (only / name).chmod(0o600)
        damage(only / name, rng)
        target = tmp_path / "out"
        code = notou.attempt("restore", "latest", "--from", only, "--target", target).returncode
        assert_restored_honestly(source, target / source.relative_to("/"), whole=code == 0)
        notou.run("repair", "packs", "--to", only)
        notou.run("repair", "snapshots", "--to", only, "--forget")
        notou.run("backup", source, "--to", only, "--force")
        Restic(only, PASSWORD).run("check", "--read-data")
        shutil.rmtree(target, ignore_errors=True)
        shutil.rmtree(only)
        shutil.copytree(pristine, only)
