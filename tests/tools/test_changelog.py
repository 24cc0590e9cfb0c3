"""The changelog is made of notes that are as agreed, and no change goes without one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tools import changelog


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "changes").mkdir()
    (tmp_path / "src").mkdir()
    git(tmp_path, "init", "-q")
    return tmp_path


def git(root: Path, *words: str, env: dict[str, str] | None = None) -> None:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, env=env)


def commit(root: Path, name: str, content: str, message: str, hour: int = 0) -> None:
    (root / name).write_text(content)
    git(root, "add", "-A")
    when = {**os.environ, "GIT_COMMITTER_DATE": f"2026-01-01T{hour:02}:00:00Z"}
    git(root, "commit", "-q", "-m", message, env=when)


def test_notes_are_gathered_by_kind_and_version(root: Path) -> None:
    (root / "changes/7-a.md").write_text("Fixed: A thing works.\n\nAt last.\n")
    (root / "changes/8-b.md").write_text("Added: Another thing.\n")
    (root / "changes/0.9.0").mkdir()
    (root / "changes/0.9.0/1-c.md").write_text("Added: The first thing.\n")
    text = changelog.render(root / "changes")
    wanted = [
        "## Unreleased",
        "### Added",
        "Another thing. (#8)",
        "### Fixed",
        "  At last.",
        "## 0.9.0",
        "(#1)",
    ]
    places = [text.index(each) for each in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("name", "text"), [("7-a.md", "A thing.\n"), ("7-a.md", "Added: a thing"), ("a.md", "Added: X.\n")]
)
def test_a_note_of_another_form_is_named(name: str, text: str, root: Path) -> None:
    (root / "changes" / name).write_text(text)
    assert name in changelog.check(root)[0]


def test_a_change_after_the_last_note_is_found_unless_it_says_it_needs_none(root: Path) -> None:
    commit(root, "changes/7-a.md", "Added: A thing.\n", "a note")
    (root / "CHANGELOG.md").write_text(changelog.render(root / "changes"))
    assert changelog.check(root) == []
    commit(root, "src/a.py", "0", "Same piece of work", hour=2)
    commit(root, "src/a.py", "1", "Quiet change\n\nNo-Note: only a comment", hour=9)
    assert changelog.check(root) == []
    commit(root, "src/a.py", "2", "Loud change", hour=9)
    assert ["Loud change" in fault for fault in changelog.check(root)] == [True]


def test_an_old_changelog_is_found(root: Path) -> None:
    commit(root, "changes/7-a.md", "Added: A thing.\n", "a note")
    assert "make changelog" in changelog.check(root)[0]
