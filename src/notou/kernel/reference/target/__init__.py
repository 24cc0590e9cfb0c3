"""Target: a folder that is restored into. Batches of paths in, faults of single items out.

What may not enter: which files are restored, in what order, from which packs.
"""

from __future__ import annotations

import ctypes
import os
from typing import TYPE_CHECKING, final

from notou.errors import NotouError, StoreError, UsageError
from notou.kernel.reference.packs import open_blobs
from notou.kernel.reference.source_node import ItemFault, kind_letter, reason
from notou.kernel.reference.target.attributes import Finish, finish
from notou.kernel.reference.target.beneath import Beneath, OutsideError
from notou.kernel.reference.target.content import verify, write_at
from notou.kernel.reference.target.nodes import create_empty, link, make_directory, make_special, remove
from notou.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec

    from notou.model import BlobEntry

    P = ParamSpec("P")

Placement = tuple[int, int, int]
"""(number of the blob in ``entries``, number of the file in ``files``, offset in that file)."""


@final
class Target:
    """A folder that is restored into; nothing outside is ever touched."""

    def __init__(self, root: bytes) -> None:
        """``root`` must exist and be a directory: UsageError."""
        self._root = Beneath(root)
        self._fresh: set[bytes] = set()  # files made by write and not finished

    def make_directories(self, paths: list[bytes]) -> list[ItemFault]:
        """mkdir with mode 0700 in the order given; what exists as a real directory is fine.

        A non-directory in the way is removed first.
        """
        return [fault for path in paths for fault in _faults(path, make_directory, self._root, path)]

    def stat(self, paths: list[bytes]) -> list[tuple[str, int, int] | None]:
        """(kind letter as in Directory.kinds, size, mtime_ns) of what is there now, None for nothing."""
        return [self._stat(path) for path in paths]

    def _stat(self, path: bytes) -> tuple[str, int, int] | None:
        try:
            with self._root.entry(path) as (_, stat):
                return kind_letter(stat.st_mode), stat.st_size, stat.st_mtime_ns
        except (OSError, OutsideError):  # what cannot be reached is not there for a restore
            return None

    def write(
        self,
        key: bytes,
        data: bytes,
        base: int,
        entries: list[BlobEntry],
        files: list[tuple[bytes, int]],
        placements: list[Placement],
    ) -> tuple[list[tuple[int, str]], list[ItemFault]]:
        """Open the blobs once each and write them where they belong; ``files``: (path, final size).

        Returns (number of a damaged blob, sentence), and faults of files.
        """
        places: dict[int, list[tuple[int, int]]] = {}
        for blob, file, offset in placements:
            if not 0 <= blob < len(entries) or not 0 <= file < len(files):
                raise UsageError(say("A placement names no blob or no file."))
            places.setdefault(blob, []).append((file, offset))
        damaged: list[tuple[int, str]] = []
        faults: list[ItemFault] = []
        for blob, wanted in places.items():
            [plain] = open_blobs(key, data, base, [entries[blob]])
            if isinstance(plain, str):
                damaged.append((blob, plain))
                continue
            for file, offset in wanted:
                path, size = files[file]
                faults += _faults(path, write_at, self._root, path, size, offset, plain, self._fresh)
        return damaged, faults

    def remove(self, paths: list[bytes]) -> list[ItemFault]:
        """Unlink files and others (not directories), so that fresh ones are created; absent is fine."""
        return [fault for path in paths for fault in _faults(path, remove, self._root, path)]

    def create_empty(self, paths: list[bytes]) -> list[ItemFault]:
        """Files of no bytes."""
        return [fault for path in paths for fault in _faults(path, create_empty, self._root, path)]

    def link(self, pairs: list[tuple[bytes, bytes]]) -> list[ItemFault]:
        """Hard links: (existing, new)."""
        return [fault for old, new in pairs for fault in _faults(new, link, self._root, old, new)]

    def make_special(self, items: list[tuple[bytes, str, bytes, int]]) -> list[ItemFault]:
        """(path, kind letter l b c p s, link target, device): an existing non-directory is replaced."""
        return [fault for item in items for fault in _faults(item[0], make_special, self._root, *item)]

    def finish(
        self, items: list[tuple[bytes, str, int, int, int, int, int, int, list[tuple[bytes, bytes]]]]
    ) -> list[ItemFault]:
        """Set size, owner, extended attributes, permissions, times, in this order; folders after all others.

        (path, kind letter, size or -1, mode 0o7777, uid or -1, gid or -1, atime_ns, mtime_ns, xattrs).
        Ownership that is not permitted (EPERM when not root) is no fault.
        """
        faults: list[ItemFault] = []
        # finishing a folder may close the way to what is in it
        for item in sorted(map(Finish._make, items), key=lambda item: item.letter == "d"):
            self._fresh.discard(item.path)
            refused: list[str] = []
            faults += _faults(item.path, finish, self._root, item, refused)
            faults += [(item.path, say("was restored without {what}", what=what)) for what in refused]
        return faults

    def verify(self, items: list[tuple[bytes, list[tuple[bytes, int]]]]) -> list[ItemFault]:
        """Read files back: (path, [(blob id, plain length)…]) hashed piece by piece."""
        return [fault for path, pieces in items for fault in _faults(path, verify, self._root, path, pieces)]

    def sync(self) -> None:
        """Flush the target's file system (syncfs). StoreError when that fails."""
        if ctypes.CDLL(None, use_errno=True).syncfs(self._root.handle) != 0:
            number = ctypes.get_errno()
            why = reason(OSError(number, os.strerror(number)))
            raise StoreError(say("The restored files could not be flushed to disk: {reason}.", reason=why))


def _faults(path: bytes, act: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> list[ItemFault]:
    """Do one thing to one path: no fault, or the one that stopped it."""
    try:
        act(*args, **kwargs)
    except OSError as error:
        return [(path, say("cannot be restored: {reason}.", reason=reason(error)))]
    except NotouError as error:
        return [(path, say("cannot be restored. {error}", error=str(error)))]
    except OutsideError as error:
        return [(path, str(error))]
    return []
