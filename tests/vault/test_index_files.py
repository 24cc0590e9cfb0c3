"""Index files that take far more memory than whoever wrote them paid for in stored bytes."""

from __future__ import annotations

from notou.model import FileKind
from tests.support.opened import opened
from tests.vault.places import new_vault, place_of, put_pack, put_sealed


def test_an_index_file_that_unpacks_to_far_more_than_index_files_do_is_not_read() -> None:
    new = new_vault()
    place = place_of(new)
    put_pack(place, new, [b"photo"])
    entry = b'{"id":"%s","type":"data","offset":0,"length":100}' % (b"5" * 64)
    packs = [b'{"id":"%064x","blobs":[%s]}' % (number, entry) for number in range(20_000)]
    put_sealed(place, new, FileKind.INDEX, b'{"packs":[%s]}' % b",".join(packs))
    vault = opened([place], new.master)
    index = vault.load_index()
    assert len(index.packs()) == 1
    assert any("cannot be used" in fault for fault in vault.faults)
