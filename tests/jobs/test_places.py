"""Making vaults, joining them, and naming places."""

from __future__ import annotations

from pathlib import Path

import pytest

from notou.errors import NoVaultError, UsageError, WrongPasswordError
from notou.events import Event
from notou.jobs.init import initialize
from notou.jobs.places import open_stores, open_vault
from notou.model import FileKind
from tests.support.compare import assert_same_tree


def ignore(_: Event) -> None:
    """Nobody listens."""


def make(tmp: Path, *names: str, password: str = "p") -> str:
    environ = {"NOTOU_OUTBOX": str(tmp / "outbox")}
    return initialize([str(tmp / name) for name in names], password, environ, ignore).vault_id


def test_a_new_vault_is_the_same_at_every_place(tmp_path: Path) -> None:
    vault_id = make(tmp_path, "a", "b")
    assert_same_tree(tmp_path / "a", tmp_path / "b", ignore={"mtime_ns"})
    assert open_vault([str(tmp_path / "b")], "p").vault.config.id == vault_id


def test_an_empty_place_joins_the_vault_that_another_holds(tmp_path: Path) -> None:
    vault_id = make(tmp_path, "a")
    assert make(tmp_path, "a", "c") == vault_id
    assert open_vault([str(tmp_path / "c")], "p").vault.config.id == vault_id


def test_nobody_joins_without_the_password(tmp_path: Path) -> None:
    make(tmp_path, "a")
    with pytest.raises(WrongPasswordError):
        make(tmp_path, "a", "c", password="other")
    assert not (tmp_path / "c" / "config").exists()


def test_a_vault_is_not_made_where_one_is(tmp_path: Path) -> None:
    make(tmp_path, "a")
    with pytest.raises(UsageError, match="already"):
        make(tmp_path, "a")


def test_no_place_becomes_a_vault_when_one_of_them_holds_other_things(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "diary.txt").write_text("mine")
    with pytest.raises(UsageError, match="other things"):
        make(tmp_path, "a", "b")
    assert open_stores([str(tmp_path / "a")])[0].list(FileKind.CONFIG) == []


def test_one_place_under_two_names_is_one_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "a")
    with pytest.raises(UsageError, match="twice"):
        open_stores([str(tmp_path / "a"), str(tmp_path / "link")])


def test_a_folder_without_a_config_is_no_vault(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NoVaultError):
            open_vault([str(place)], "p")


@pytest.mark.parametrize("place", ["s3:bucket", "sftp:me@host:/x", "https://host/x", "~/x"])
def test_what_looks_like_a_cloud_or_a_home_is_not_made_a_folder(place: str) -> None:
    with pytest.raises(UsageError, match="\\./"):
        open_stores([place])
    assert open_stores([f"./{place}"])
