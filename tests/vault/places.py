"""Vaults in memory for the tests of vault: made cheaply, filled by hand, at one place or several."""

from __future__ import annotations

import hashlib
import os

from notou import kernel
from notou.model import BlobEntry, BlobKind, FileKind, Lane, ObjectName
from notou.stores.memory import MemoryStore
from notou.vault.create import NewVault, create_vault
from notou.vault.index_files import new_index
from notou.vault.keys import ScryptWork
from notou.vault.sealed import seal_file
from notou.vault.snapshot import Snapshot, encode_snapshot, lane_tags

PASSWORD = "geheim"
CHEAP = ScryptWork(n=16, r=1, p=1)


def new_vault(password: str = PASSWORD) -> NewVault:
    return create_vault(password, username="u", hostname="h", created_ns=1, random=os.urandom, work=CHEAP)


def place_of(new: NewVault, location: str = "place") -> MemoryStore:
    store = MemoryStore(location)
    for name, data in new.files:
        store.put(name, data)
    return store


def same(store: MemoryStore, location: str) -> MemoryStore:
    twin = MemoryStore(location)
    twin.objects.update(store.objects)
    return twin


def named(kind: FileKind, data: bytes) -> ObjectName:
    return ObjectName(kind, hashlib.sha256(data).hexdigest())


def put_pack(store: MemoryStore, new: NewVault, blobs: list[bytes], kind: int = BlobKind.DATA) -> ObjectName:
    """One pack of raw blobs, as VAULT-FORMAT says, and an index file that names it."""
    key = new.master.bytes64
    body, entries, header = b"", [], b""
    for plain in blobs:
        sealed = kernel.seal(key, plain)
        blob_id = hashlib.sha256(plain).digest()
        entries.append(BlobEntry(kind, blob_id, len(body), len(sealed), 0))
        header += bytes([kind]) + len(sealed).to_bytes(4, "little") + blob_id
        body += sealed
    sealed_header = kernel.seal(key, header)
    pack = body + sealed_header + len(sealed_header).to_bytes(4, "little")
    name = named(FileKind.PACK, pack)
    store.put(name, pack)
    index = new_index()
    index.add_pack(bytes.fromhex(name.id), Lane.PHOTOS, entries)
    put_sealed(store, new, FileKind.INDEX, index.encode([bytes.fromhex(name.id)], Lane.PHOTOS))
    return name


def put_snapshot(store: MemoryStore, new: NewVault, time_ns: int, lane: Lane = Lane.PHOTOS) -> str:
    snapshot = Snapshot(time_ns, bytes(32), ("/p",), "h", tags=lane_tags(lane, partial=False))
    return put_sealed(store, new, FileKind.SNAPSHOT, encode_snapshot(snapshot))


def put_sealed(store: MemoryStore, new: NewVault, kind: FileKind, plain: bytes) -> str:
    file_id, data = seal_file(new.master, plain)
    store.put(ObjectName(kind, file_id), data)
    return file_id
