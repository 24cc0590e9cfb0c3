"""A folder on this machine, in restic's layout.

What one disk vouches for is what it was told to flush: a copy is confirmed by fsync and by its size in
a listing. Whether the bytes still are what their name says is what check and heal read back.
What may not enter: anything about other kinds of place.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from notou.disk.atomic import copy_new, flush_folder, left_half_done, link_new, write_new
from notou.disk.regular import open_regular, regular_files
from notou.errors import (
    DamagedError,
    LimitError,
    NotFoundError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UsageError,
)
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.sentence import Sentence, say
from notou.stores.base import MOST_OBJECT_BYTES
from notou.words.system import reason_of_number

_FOLDER_MODE = 0o700
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM}
_GONE = {errno.ENODEV, errno.ENXIO, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT}
_CONTENT = (FileKind.PACK, FileKind.INDEX, FileKind.SNAPSHOT)
_FOLDERS = [kind.value for kind in FileKind if kind is not FileKind.CONFIG]
_PACK_FOLDERS = [f"{FileKind.PACK.value}/{number:02x}" for number in range(256)]


class LocalStore:
    """A folder: ``config``, ``keys/``, ``data/xx/``, ``index/``, ``snapshots/``, ``locks/``.

    Files are 0400 and folders 0700, as restic leaves them.
    """

    listing_delay_s = 0.0

    def __init__(self, path: bytes | str) -> None:
        """Touches nothing."""
        self.path = os.path.abspath(os.fsencode(path))
        self.location = os.fsdecode(path)

    def create(self) -> None:
        """Make the folders; all 256 of ``data`` at once, as restic does."""
        with self._named_errors(say("made")):
            os.makedirs(self.path, _FOLDER_MODE, exist_ok=True)
            strangers = (
                set(os.listdir(self.path)) - {folder.encode() for folder in _FOLDERS} - {b"lost+found"}
            )
            if strangers:
                raise UsageError(
                    say("{place} holds other things already; name an empty folder.", place=self.location)
                )
            self._refuse_orphans()
            for folder in (*_FOLDERS, *_PACK_FOLDERS):
                os.makedirs(os.path.join(self.path, folder.encode()), _FOLDER_MODE, exist_ok=True)
            flush_folder(os.path.join(self.path, FileKind.PACK.value.encode()))
            flush_folder(self.path)

    def _refuse_orphans(self) -> None:
        """A vault that lost its config must not become another one: its keys would open neither."""
        if not os.path.lexists(self._path(CONFIG_NAME)) and any(self.list(kind) for kind in _CONTENT):
            raise UsageError(
                say(
                    "{place} holds a vault that lost its config; 'notou repair heal' brings it back from "
                    "another copy. Name an empty folder for a new vault.",
                    place=self.location,
                )
            )

    def put(self, name: ObjectName, data: bytes) -> None:
        """Write a temporary file beside, fsync, rename, fsync the folder."""
        with self._named_errors(say("written")):
            path = self._path_for_writing(name)
            if not self._is_there(name, path, len(data)):
                write_new(path, data)

    def adopt(self, name: ObjectName, path: bytes) -> None:
        """Link the file where possible and it has no second name yet, else copy it as put does."""
        with self._named_errors(say("written")):
            target = self._path_for_writing(name)
            if not self._is_there(name, target, os.stat(path).st_size) and not link_new(target, path):
                copy_new(target, path)

    def links_from(self, folder: bytes) -> bool:
        """Whether both lie on one file system."""
        try:
            return os.stat(folder).st_dev == os.stat(self.path).st_dev
        except OSError:
            return False

    def get(self, name: ObjectName, *, most: int = MOST_OBJECT_BYTES) -> bytes:
        """All bytes of an object."""
        with self._opened(name) as descriptor:
            size = os.fstat(descriptor).st_size
            if size > most:
                raise LimitError(
                    say(
                        "{name} has {size} bytes; at most {most} are accepted.",
                        name=self._say(name),
                        size=size,
                        most=most,
                    )
                )
            return self._read(name, descriptor, 0, size)

    def get_range(self, name: ObjectName, offset: int, length: int) -> bytes:
        """Part of an object."""
        with self._opened(name) as descriptor:
            return self._read(name, descriptor, offset, length)

    def list(self, kind: FileKind) -> list[tuple[str, int]]:
        """Ids and sizes of a kind."""
        with self._named_errors(say("listed")):
            if not os.path.isdir(self.path):
                raise FileNotFoundError(errno.ENOENT, "missing")
            if kind is FileKind.CONFIG:
                return [("", size) for _, size in _objects(self.path, re.compile("config"))]
            found = [item for folder in self._folders(kind) for item in _objects(folder, _ID)]
        return sorted(found)

    def delete(self, name: ObjectName) -> None:
        """Remove an object; the removal of all but packs and locks is durable when this returns."""
        path = self._path(name)
        with self._named_errors(say("changed")):
            try:
                os.unlink(path)
            except FileNotFoundError:
                return
            # packs go after the index files that named them; nothing depends on when a pack is gone
            if name.kind not in (FileKind.PACK, FileKind.LOCK):
                flush_folder(os.path.dirname(path))

    def replace(self, name: ObjectName, data: bytes) -> None:
        """Put good bytes over damaged ones."""
        with self._named_errors(say("written")):
            write_new(self._path_for_writing(name), data)

    def sweep(self) -> None:
        """Remove temporary files; those of locks stay, since locks are written under no lock."""
        kinds = [kind for kind in FileKind if kind not in (FileKind.CONFIG, FileKind.LOCK)]
        with self._named_errors(say("changed")):
            for folder in (self.path, *(folder for kind in kinds for folder in self._folders(kind))):
                for path, name in list(left_half_done(folder)):
                    if name == b"config" or _ID.fullmatch(os.fsdecode(name)):
                        os.unlink(path)

    def _path(self, name: ObjectName) -> bytes:
        if name.kind is FileKind.CONFIG:
            return self.path + b"/config"
        if name.kind is FileKind.PACK:
            return self.path + f"/data/{name.id[:2]}/{name.id}".encode()
        return self.path + f"/{name.kind.value}/{name.id}".encode()

    def _path_for_writing(self, name: ObjectName) -> bytes:
        """The path, its folder made when a vault is there: an empty mount point must not be written to."""
        path = self._path(name)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            if not os.path.isfile(self._path(CONFIG_NAME)):
                raise StoreUnavailableError(
                    say("There is no vault at {place} now; is the disk mounted?", place=self.location)
                )
            os.makedirs(folder, _FOLDER_MODE, exist_ok=True)
            flush_folder(os.path.dirname(folder))
        return path

    def _is_there(self, name: ObjectName, path: bytes, size: int) -> bool:
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            raise StoreError(
                say(
                    "{name} is there already, but is not what it must be; repair the vault.",
                    name=self._say(name),
                )
            )
        return True

    def _folders(self, kind: FileKind) -> Sequence[bytes]:
        top = os.path.join(self.path, kind.value.encode())
        if kind is not FileKind.PACK:
            return [top]
        try:
            return [os.path.join(top, name) for name in os.listdir(top) if len(name) == 2]
        except FileNotFoundError:
            return []

    @contextmanager
    def _opened(self, name: ObjectName) -> Iterator[int]:
        with self._named_errors(say("read")), self._bad_sectors(name):
            descriptor = self._open(name)
            try:
                yield descriptor
            finally:
                os.close(descriptor)

    @contextmanager
    def _bad_sectors(self, name: ObjectName) -> Iterator[None]:
        """What the disk cannot read is damage, to be healed, where the place itself is there."""
        try:
            yield
        except OSError as error:
            if error.errno != errno.EIO or not os.path.isfile(self._path(CONFIG_NAME)):
                raise
            raise DamagedError(
                say("{name} cannot be read: the disk reports an error there.", name=self._say(name))
            ) from error

    def _open(self, name: ObjectName) -> int:
        try:
            return open_regular(self._path(name))
        except FileNotFoundError:
            if not os.path.isdir(self.path):
                raise
            raise NotFoundError(say("{name} is not there.", name=self._say(name))) from None
        except ValueError:
            raise DamagedError(say("{name} is no regular file.", name=self._say(name))) from None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR):
                raise DamagedError(say("{name} is no regular file.", name=self._say(name))) from None
            raise

    def _read(self, name: ObjectName, descriptor: int, offset: int, length: int) -> bytes:
        size = os.fstat(descriptor).st_size
        if offset + length > size:  # before memory is taken for what a hostile index asks for
            raise DamagedError(
                say("{name} ends after {size} bytes: it is cut short.", name=self._say(name), size=size)
            )
        data = os.pread(descriptor, length, offset)
        while len(data) < length:
            more = os.pread(descriptor, length - len(data), offset + len(data))
            if not more:
                raise DamagedError(
                    say(
                        "{name} ends after {size} bytes: it is cut short.",
                        name=self._say(name),
                        size=offset + len(data),
                    )
                )
            data += more
        return data

    def _say(self, name: ObjectName) -> str:
        what = (
            say("The config")
            if name.kind is FileKind.CONFIG
            else say("The file {object}", object=f"{name.kind.value}/{name.id[:16]}")
        )
        return say("{what} at {place}", what=what, place=self.location)

    @contextmanager
    def _named_errors(self, done: str) -> Iterator[None]:
        """Turn what the system says into what it means for this place; ``done`` as in “cannot be read”."""
        try:
            yield
        except OSError as error:
            raise self._meaning(error, done) from error

    def _meaning(self, error: OSError, done: str) -> StoreError:
        number = error.errno or 0
        if number in _FULL:
            return StoreFullError(
                say("There is no room left at {place}; make room or use another place.", place=self.location)
            )
        if number in (errno.ENOENT, errno.ENOTDIR) and os.path.isfile(self.path):
            return StoreError(
                say("{place} is a file, not a folder; name the folder of a vault.", place=self.location)
            )
        unavailable = self._why_unavailable(number, done)
        if unavailable is not None:
            return StoreUnavailableError(unavailable)
        return StoreError(
            say(
                "{place} cannot be {done}: {reason}.",
                place=self.location,
                done=done,
                reason=reason_of_number(number),
            )
        )

    def _why_unavailable(self, number: int, done: str) -> Sentence | None:
        """What a person can do so that another try succeeds; None for errors that this does not mend."""
        if number in _DENIED:
            return say(
                "{place} denies access, so it cannot be {done}; look at its permissions.",
                place=self.location,
                done=done,
            )
        if number == errno.EROFS:
            return say(
                "{place} is mounted read-only, so it cannot be {done}; mount it for writing.",
                place=self.location,
                done=done,
            )
        if number == errno.ENOENT:
            return say(
                "{place} is not there now; is the disk mounted, and the place named rightly?",
                place=self.location,
            )
        if number in _GONE:
            return say(
                "{place} is not there now ({reason}); mount it, then run again.",
                place=self.location,
                reason=reason_of_number(number),
            )
        return None


def _objects(folder: bytes, pattern: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """(name, size) of each regular file of a folder whose name matches."""
    for entry in regular_files(folder):
        name = os.fsdecode(entry.name)
        if pattern.fullmatch(name):
            yield name, entry.stat(follow_symlinks=False).st_size
