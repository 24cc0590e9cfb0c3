"""Reads packs from end to end and has the kernel check them, some at a time, each in portions.

What may not enter: choosing packs, judging what their damage costs.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from notou.errors import DamagedError, NotFoundError, StoreError
from notou.kernel import PackCheck
from notou.upkeep.objects import pack_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from notou.kernel import Index
    from notou.model import BlobEntry
    from notou.stores.base import Store

_PORTION_BYTES = 2 * 1024 * 1024
_MOST_THREADS = 4  # each holds a portion and a blob


@dataclass(frozen=True, slots=True)
class PackVerdict:
    """One pack read: ``faults`` are sentences, ``lost`` the entries of the index that do not open."""

    pack_id: bytes
    bytes_read: int
    faults: tuple[str, ...] = ()
    lost: tuple[BlobEntry, ...] = ()


def verify_packs(
    store: Store, key: bytes, index: Index, packs: Sequence[tuple[bytes, int]]
) -> Iterator[PackVerdict]:
    """Verify each of ``packs`` (id, size) at one copy against its name, its header and the index."""
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS), "notou-check") as threads:
        ahead: deque[Future[PackVerdict]] = deque()  # not all at once: a vault may have a million packs
        for pack_id, size in packs:
            ahead.append(threads.submit(_verify, store, key, index, pack_id, size))
            if len(ahead) > _MOST_THREADS:
                yield ahead.popleft().result()
        yield from (verdict.result() for verdict in ahead)


def _verify(store: Store, key: bytes, index: Index, pack_id: bytes, size: int) -> PackVerdict:
    name, done = pack_name(pack_id), 0
    try:
        check = PackCheck(key, index, pack_id)
        while done < size:
            data = store.get_range(name, done, min(_PORTION_BYTES, size - done))
            check.feed(data)
            done += len(data)
    except (DamagedError, NotFoundError, StoreError) as error:
        return PackVerdict(pack_id, done, (str(error),), tuple(index.entries(pack_id)))
    damaged, about_pack = check.finish()
    faults = [about_pack] if about_pack else []
    faults += [sentence for _, sentence in damaged]
    return PackVerdict(pack_id, done, tuple(faults), tuple(entry for entry, _ in damaged))
