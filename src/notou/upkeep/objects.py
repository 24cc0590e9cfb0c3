"""Whole objects, fetched and verified by name, and carried from copy to copy.

What may not enter: what the objects mean, except that a name is the SHA-256 of the bytes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.model import FileKind, ObjectName
from notou.sentence import say
from notou.stores.base import MOST_OBJECT_BYTES
from notou.vault.keys import MOST_KEY_FILE_BYTES
from notou.vault.sealed import MOST_SEALED_BYTES
from notou.vault.snapshot import MOST_SNAPSHOT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from notou.stores.base import Store

_MOST_BYTES = {
    FileKind.KEY: MOST_KEY_FILE_BYTES,
    FileKind.INDEX: MOST_SEALED_BYTES,
    FileKind.SNAPSHOT: MOST_SNAPSHOT_BYTES,
}


def pack_name(pack_id: bytes) -> ObjectName:
    """The name of a pack whose id is given as 32 bytes."""
    return ObjectName(FileKind.PACK, pack_id.hex())


def read_object(store: Store, name: ObjectName, most: int | None = None) -> bytes:
    """The object's bytes from one copy; DamagedError when they are not those its name stands for."""
    data = store.get(name, most=_MOST_BYTES.get(name.kind, MOST_OBJECT_BYTES) if most is None else most)
    if hashlib.sha256(data).hexdigest() != name.id:
        raise DamagedError(
            say(
                "The bytes of {kind}/{id} at {place} are not those its name stands for.",
                kind=name.kind,
                id=name.id,
                place=store.location,
            )
        )
    return data


def read_from_any(stores: Iterable[Store], name: ObjectName) -> bytes:
    """The object's bytes from the first copy that has them right.

    Raises DamagedError when copies hold it but none has it right, NotFoundError when none holds it,
    StoreError when none of them answers.
    """
    worst: Exception = NotFoundError(say("No copy holds {kind}/{id}.", kind=name.kind, id=name.id))
    for store in stores:
        try:
            return read_object(store, name)
        except NotFoundError:
            continue
        except (DamagedError, StoreError) as error:
            worst = error
    raise worst


def listing(store: Store, kind: FileKind) -> dict[str, int]:
    """Id → size of every object of a kind at one copy."""
    return dict(store.list(kind))


def list_packs(store: Store) -> dict[bytes, int]:
    """Pack id (32 bytes) → size in bytes at one copy."""
    return {bytes.fromhex(id_): size for id_, size in store.list(FileKind.PACK)}


def bring(store: Store, others: Sequence[Store], names: Iterable[ObjectName], here: Mapping[str, int]) -> int:
    """Put what of ``names`` is not ``here``, from whichever other copy has it right; the number put.

    Errors are those of read_from_any and of Store.put.
    """
    lacking = [name for name in names if name.id not in here]
    for name in lacking:
        store.put(name, read_from_any((other for other in others if other is not store), name))
    return len(lacking)
