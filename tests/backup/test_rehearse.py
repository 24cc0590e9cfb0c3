"""The dry run says what the backup after it does."""

from __future__ import annotations

import os

import pytest

from notou.backup.options import BackupOptions, Counts
from notou.events import Event, Progress
from notou.model import Lane
from tests.backup.site import Site
from tests.support.belongings import BELONGINGS


def files(counts: dict[Lane, Counts]) -> dict[Lane, tuple[int, int, int]]:
    """What of the counts a dry run foretells; a lane without files is left out."""
    found = {lane: (one.files_new, one.files_changed, one.files_unmodified) for lane, one in counts.items()}
    return {lane: one for lane, one in found.items() if any(one)}


@pytest.mark.parametrize("options", [BackupOptions(), BackupOptions(only_lane=Lane.OTHER)])
def test_what_is_foretold_is_what_the_backup_does(site: Site, options: BackupOptions) -> None:
    site.write(BELONGINGS)
    first = site.rehearse(options)
    assert sum(first.bytes_to_read.values()) == sum(map(len, BELONGINGS.values()))
    assert files(first.counts) == files(site.run(options).counts)
    site.write({"Documents/letter.txt": b"Dear sea", "Documents/new.txt": b"new"})
    (site.source / "bin/tool").unlink()
    second = site.rehearse(options)
    assert sum(second.bytes_to_read.values()) == len(b"Dear sea" + b"new")
    assert files(second.counts) == files(site.run(options).counts)
    assert sum(site.rehearse(options).bytes_to_read.values()) == 0


def test_force_foretells_that_every_file_is_read(site: Site) -> None:
    site.write(BELONGINGS)
    site.run()
    foretold = site.rehearse(BackupOptions(force=True))
    assert sum(foretold.bytes_to_read.values()) == sum(map(len, BELONGINGS.values()))


def test_what_a_copy_lost_is_foretold_to_be_read_again(site: Site) -> None:
    site.write({"letter.txt": b"Dear Ana"})
    site.run()
    for place in site.places:
        for pack in place.glob("data/*/*"):
            pack.unlink()
    assert site.rehearse().bytes_to_read == {Lane.DOCUMENTS: len(b"Dear Ana")}


def test_what_cannot_be_opened_is_told_and_its_bytes_do_not_count(site: Site) -> None:
    site.write({"a/1.txt": b"1", "b/2.txt": b"two"})
    last = site.source / "b/2.txt"

    def vanish(event: Event) -> None:
        if isinstance(event, Progress) and event.current == os.fsencode(site.source / "a"):
            last.unlink()  # after it was listed

    foretold = site.rehearse(watch=vanish)
    assert foretold.faults == 1
    assert [one.path for one in site.failures()] == [os.fsencode(last)]
    assert foretold.bytes_to_read == {Lane.DOCUMENTS: 1}
