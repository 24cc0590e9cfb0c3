"""Figures agree with restic's, lane by lane and in all."""

from __future__ import annotations

import json
import os

import pytest

from notou.errors import DamagedError
from notou.model import FileKind, ObjectName
from notou.upkeep.stats import gather
from tests.upkeep.place import Place


def test_figures_are_those_of_restic(place: Place) -> None:
    os.link(place.site.source / "Documents/letter.txt", place.site.source / "Documents/linked.txt")
    place.site.run()
    vault = place.site.vault()
    ours = gather(vault, vault.snapshots()).total

    def theirs(mode: str) -> dict[str, int]:
        said: dict[str, int] = json.loads(place.site.restic().run("stats", "--json", "--mode", mode).stdout)
        return said

    restored, raw, contents = theirs("restore-size"), theirs("raw-data"), theirs("files-by-contents")
    assert (ours.snapshots, ours.restore_bytes) == (restored["snapshots_count"], restored["total_size"])
    assert (ours.blobs, ours.stored_bytes) == (raw["total_blob_count"], raw["total_size"])
    # restic counts nonce and MAC as if they were content
    assert ours.plain_bytes + 32 * ours.blobs == raw["total_uncompressed_size"]
    assert (ours.contents, ours.content_bytes) == (contents["total_file_count"], contents["total_size"])


def test_lanes_are_counted_apart(place: Place) -> None:
    vault = place.site.vault()
    found = gather(vault, vault.snapshots())
    assert sum(stats.files for _, stats in found.lanes) == found.total.files
    assert len(found.lanes) == len({one.lane for one in vault.snapshots()})
    assert all(stats.files for _, stats in found.lanes)


def test_a_vault_that_is_not_whole_gives_no_figures(place: Place) -> None:
    for id_, _ in place.stores[0].list(FileKind.PACK):
        place.stores[0].delete(ObjectName(FileKind.PACK, id_))
    vault = place.site.vault()
    with pytest.raises(DamagedError):
        gather(vault, vault.snapshots())
