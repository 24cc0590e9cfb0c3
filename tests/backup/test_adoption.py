"""Packs whose lane was lost, as when restic rewrote the index."""

from __future__ import annotations

from notou.backup.options import BackupResult
from notou.model import UNKNOWN_LANE, FileKind, Lane
from tests.backup.site import Site
from tests.support.belongings import BELONGINGS


def test_after_restic_rewrote_the_index_nothing_is_stored_again(site: Site) -> None:
    site.write(BELONGINGS)

    def again() -> tuple[set[str], BackupResult, set[str]]:
        site.run()
        for copy in (0, 1):
            site.restic(copy).run("repair", "index", "--read-all-packs")
        assert {lane for _, lane, _, _ in site.vault().load_index().packs()} == {UNKNOWN_LANE}
        return site.objects(FileKind.PACK), site.run(), site.objects(FileKind.PACK)

    packs, result, after = site.undisturbed(again)
    assert after == packs
    assert sum(counts.files_unmodified for counts in result.counts.values()) == len(BELONGINGS)


def test_new_items_go_to_their_lane_after_restic_rewrote_the_index(site: Site) -> None:
    site.write(BELONGINGS)
    site.run()
    site.restic(0).run("repair", "index", "--read-all-packs")
    site.write({"Documents/copy.txt": BELONGINGS["Documents/letter.txt"]})
    counts = site.run().counts[Lane.DOCUMENTS]
    assert (counts.files_new, counts.data_blobs) == (1, 0)
    site.restic().run("check", "--read-data")
