"""Real folders, not made for the test: backed up, checked by restic, restored, compared to the last bit."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.compare import assert_same_tree
from tests.support.program import PASSWORD, Program
from tests.support.restic import Restic

CHECKOUT = Path(__file__).resolve().parents[2]


def back_up_and_compare(source: Path, tmp: Path) -> None:
    """Both programs check what was stored; what comes back equals the source."""
    notou, vault = Program(tmp / "home"), tmp / "vault"
    notou.run("init", "--to", vault)
    notou.run("backup", source, "--to", vault)
    Restic(vault, PASSWORD).run("check", "--read-data")
    notou.run("check", "--from", vault, "--read-data")
    notou.run("restore", "latest", "--from", vault, "--target", tmp / "out")
    assert_same_tree(source, tmp / "out" / source.relative_to("/"))
    shutil.rmtree(tmp / "out")
    shutil.rmtree(vault)


@pytest.mark.parametrize("folder", ["/usr/share", "/usr/lib"])
def test_a_folder_of_the_machine_comes_back_with_no_difference(folder: str, tmp_path: Path) -> None:
    back_up_and_compare(Path(folder), tmp_path)


def test_a_checkout_with_its_git_folder_comes_back_with_no_difference(tmp_path: Path) -> None:
    clone = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", CHECKOUT, clone], check=True)
    back_up_and_compare(clone, tmp_path)
