from __future__ import annotations

import os
from pathlib import Path

import pytest

from notou.errors import UsageError
from notou.sources.folder import find_roots


def test_one_folder_named_in_many_ways_is_walked_once(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    ways: list[str | bytes] = [
        str(folder),
        f"{folder}/",
        f"{tmp_path}/b/../a",
        os.path.relpath(folder),
        os.fsencode(folder),
    ]
    assert find_roots(ways).paths == (os.fsencode(folder),)


def test_a_folder_below_another_is_folded_but_not_one_whose_name_begins_alike(tmp_path: Path) -> None:
    for name in ("a", "a/deep", "a-b", "ab"):
        (tmp_path / name).mkdir()
    roots = find_roots([str(tmp_path / name) for name in ("a/deep", "ab", "a-b", "a")])
    assert roots.paths == tuple(os.fsencode(tmp_path / name) for name in ("a", "a-b", "ab"))


def test_a_link_stands_for_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "real" / "inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    assert find_roots([str(tmp_path / "link" / "inner")]).paths == (os.fsencode(tmp_path / "real/inner"),)


def test_what_is_missing_is_told_beside_what_is_there(tmp_path: Path) -> None:
    roots = find_roots([str(tmp_path), str(tmp_path / "gone")])
    assert roots.paths == (os.fsencode(tmp_path),)
    assert roots.missing == (os.fsencode(tmp_path / "gone"),)


@pytest.mark.parametrize("given", [[], ["/nonexistent/folder"]])
def test_nothing_to_back_up_is_an_error_in_words(given: list[str]) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        find_roots(given)
