"""The catalogue files that come with Notou: one a country, package data.

What may not enter: a person's own files (notou.jobs.catalogue).
"""

from __future__ import annotations

from importlib import resources


def shipped_files() -> tuple[tuple[str, bytes], ...]:
    """(name, content) of each, in alphabetical order."""
    folder = resources.files(__package__) / "data"
    found = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple((name, (folder / name).read_bytes()) for name in found)
