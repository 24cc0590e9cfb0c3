"""Reading blobs out of packs: verified, neighbours together, from another copy where one is damaged.

What may not enter: what trees and files mean; loading the index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notou import kernel
from notou.errors import DamagedError, LimitError, NotFoundError, StoreError
from notou.kernel import Index
from notou.model import BlobEntry, BlobKind, BlobPlace, FileKind, ObjectName
from notou.sentence import say, say_in_turn
from notou.vault.keys import MasterKey
from notou.vault.places import Places

_MOST_GAP_BYTES = 16 * 1024  # reading over a gap this small costs less than another read
_MOST_RUN_BYTES = 8 * 1024 * 1024
_MOST_TOGETHER_BYTES = 64 * 1024 * 1024
"""Plain bytes of blobs that are held at once; the few bytes they are stored in say nothing of that."""


class BlobReader:
    """Finds blobs by the index and reads them through the places."""

    def __init__(self, places: Places, master: MasterKey, index: Index) -> None:
        self._places = places
        self._key = master.bytes64
        self._index = index

    def load(self, kind: int, blob_id: bytes) -> bytes:
        """One blob; errors as load_many."""
        found = self._index.find(kind, blob_id)
        if not found:
            raise _unknown(kind, blob_id)
        return self.open(found[0], kind, blob_id)

    def load_many(self, kind: int, blob_ids: Sequence[bytes]) -> list[bytes]:
        """The blobs in the order asked.

        NotFoundError when the index names one nowhere, DamagedError when no place has one right, LimitError
        when several together are more than may be held at once: ask for each by itself then.
        """
        wanted: dict[bytes, BlobPlace] = {}
        for blob_id, place in zip(blob_ids, self._index.find_many(kind, b"".join(blob_ids)), strict=True):
            if place is None:
                raise _unknown(kind, blob_id)
            wanted[blob_id] = place
        _check_together(wanted)
        plain: dict[bytes, bytes] = {}
        for pack_id, run in _runs(kind, wanted):
            plain.update(zip((entry.id for entry in run), self._open_run(pack_id, run), strict=True))
        return [plain[blob_id] for blob_id in blob_ids]

    def open(self, place: BlobPlace, kind: int, blob_id: bytes) -> bytes:
        """The blob at one place in a pack; from another copy, then another pack, where it is damaged."""
        entry = _entry(kind, blob_id, place)
        return next(iter(self._open_run(place.pack_id, [entry])))

    def _open_run(self, pack_id: bytes, run: Sequence[BlobEntry]) -> Iterator[bytes]:
        base = run[0].offset
        try:
            data = self._range(pack_id, base, run[-1].offset + run[-1].length - base)
        except (DamagedError, NotFoundError, StoreError):
            # of a pack cut short the first blobs may still be whole: each is asked for by itself
            opened: list[bytes | str] = ["" for _ in run]
        else:
            opened = kernel.open_blobs(self._key, data, base, list(run))
        for entry, plain in zip(run, opened, strict=True):
            yield plain if isinstance(plain, bytes) else self._rescue(entry.kind, entry.id)

    def _range(self, pack_id: bytes, offset: int, length: int) -> bytes:
        name = ObjectName(FileKind.PACK, pack_id.hex())
        return self._places.read_range(name, offset, length, lambda data: data)

    def _rescue(self, kind: int, blob_id: bytes) -> bytes:
        """The blob from whichever copy of whichever pack has it right."""
        errors: list[Exception] = []
        for place in self._index.find(kind, blob_id):
            try:
                return self._open_verified(place, kind, blob_id)
            except (DamagedError, NotFoundError, StoreError) as error:
                errors.append(error)
        reasons = say_in_turn(list(dict.fromkeys(str(error) for error in errors)) or [""])
        if kind == BlobKind.TREE:
            raise DamagedError(
                say("The tree {blob} is damaged: {reasons}", blob=blob_id.hex()[:16], reasons=reasons)
            )
        raise DamagedError(
            say("The piece of data {blob} is damaged: {reasons}", blob=blob_id.hex()[:16], reasons=reasons)
        )

    def _open_verified(self, place: BlobPlace, kind: int, blob_id: bytes) -> bytes:
        entry = _entry(kind, blob_id, place)

        def verify(data: bytes) -> bytes:
            opened = kernel.open_blobs(self._key, data, entry.offset, [entry])[0]
            if isinstance(opened, str):
                raise DamagedError(
                    say("In the pack {pack}: {opened}", pack=place.pack_id.hex()[:16], opened=opened)
                )
            return opened

        name = ObjectName(FileKind.PACK, place.pack_id.hex())
        return self._places.read_range(name, place.offset, place.length, verify)


def _check_together(wanted: dict[bytes, BlobPlace]) -> None:
    plain_bytes = sum(max(place.length, place.plain_length) for place in wanted.values())
    if len(wanted) > 1 and plain_bytes > _MOST_TOGETHER_BYTES:
        raise LimitError(
            say(
                "{count} blobs of {plain_bytes} bytes are more than Notou holds at once.",
                count=len(wanted),
                plain_bytes=plain_bytes,
            )
        )


def _runs(kind: int, wanted: dict[bytes, BlobPlace]) -> Iterator[tuple[bytes, list[BlobEntry]]]:
    """(pack id, entries) that one read serves each: near neighbours of one pack, in order of offset."""
    run: list[BlobEntry] = []
    run_pack = b""
    for blob_id, place in sorted(wanted.items(), key=lambda item: (item[1].pack_id, item[1].offset)):
        if run and not (place.pack_id == run_pack and _near(run, place)):
            yield run_pack, run
            run = []
        run_pack = place.pack_id
        run.append(_entry(kind, blob_id, place))
    if run:
        yield run_pack, run


def _near(run: Sequence[BlobEntry], place: BlobPlace) -> bool:
    end = run[-1].offset + run[-1].length
    return (
        end <= place.offset <= end + _MOST_GAP_BYTES
        and place.offset + place.length - run[0].offset <= _MOST_RUN_BYTES
    )


def _entry(kind: int, blob_id: bytes, place: BlobPlace) -> BlobEntry:
    return BlobEntry(kind, blob_id, place.offset, place.length, place.plain_length)


def _unknown(kind: int, blob_id: bytes) -> NotFoundError:
    blob = blob_id.hex()[:16]
    if kind == BlobKind.TREE:
        return NotFoundError(say("The tree {blob} is in no pack that an index names.", blob=blob))
    return NotFoundError(say("The piece of data {blob} is in no pack that an index names.", blob=blob))
