"""What only the native Writer can lose: its threads, its waiting, its use of the disk."""

from __future__ import annotations

import hashlib
import os
import random
import resource
import signal
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from notou.errors import StoreError, UsageError
from notou.model import BlobKind
from tests.kernel.work import blobs_stored, store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from notou.kernel import Directory, Index, Writer

KEY = bytes(range(1, 65))
CUT_KEY = b"c" * 32
LANE = 0
RULES = [("content", 1 << 15, 15, 1 << 20), ("photo", 0, 0, 8 << 20)]


def make_writer(
    kernel: ModuleType, outbox: Path, pack_bytes: int = 1 << 20, *, past_cache: bool = False
) -> tuple[Writer, Index]:
    outbox.mkdir(exist_ok=True)
    index = kernel.Index(["one", "two"])
    where = os.fsencode(outbox)
    return kernel.Writer(KEY, CUT_KEY, index, where, RULES, pack_bytes, 3, past_cache=past_cache), index


def listed(kernel: ModuleType, folder: Path) -> tuple[Directory, list[int]]:
    (directory,) = kernel.list_directories([(os.fsencode(folder), None)])
    return directory, [entry for entry, kind in enumerate(directory.kinds) if kind == ord("f")]


def read_back(kernel: ModuleType, index: Index, outbox: Path, lane: int, ids: list[bytes]) -> bytes:
    parts = []
    for blob_id in ids:
        (place,) = index.find(BlobKind.DATA, blob_id)
        assert place.lane == lane
        (entry,) = [entry for entry in index.entries(place.pack_id) if entry.id == blob_id]
        pack = (outbox / place.pack_id.hex()).read_bytes()
        (plain,) = kernel.open_blobs(KEY, pack, 0, [entry])
        parts.append(plain)
    return b"".join(parts)


def whole(kernel: ModuleType, index: Index, pack_id: bytes, data: bytes) -> bool:
    check = kernel.PackCheck(KEY, index, pack_id)
    check.feed(data)
    return bool(check.finish() == ([], ""))


@pytest.mark.parametrize("lane", [0, 1])
@pytest.mark.parametrize("size", [0, 1, 70_000, 9_000_000, (32 << 20) + 12345])
@pytest.mark.parametrize("past_cache", [True, False])
def test_files_of_every_size_come_back(
    native: ModuleType, tmp_path: Path, size: int, lane: int, past_cache: bool
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    data = random.Random(size).randbytes(size)
    (source / "file").write_bytes(data)
    writer, index = make_writer(native, tmp_path / "outbox", past_cache=past_cache)
    directory, entries = listed(native, source)
    assert store(writer, lane, [(directory, entries)]) == []
    writer.flush()
    ids = directory.content(0)
    assert ids is not None
    assert read_back(native, index, tmp_path / "outbox", lane, ids) == data
    assert [_plain(index, blob_id) for blob_id in ids] == native.cut(RULES[lane], CUT_KEY, data)
    assert writer.progress() == (1, size)


def _plain(index: Index, blob_id: bytes) -> int:
    (place,) = index.find(BlobKind.DATA, blob_id)
    return place.plain_length or place.length - 32


def test_threads_that_meet_the_same_bytes_store_them_once(native: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(400):
        (source / f"{number}").write_bytes(b"the same %d" % (number % 3) * 3000)
    writer, index = make_writer(native, tmp_path / "outbox", pack_bytes=2000)
    directory, entries = listed(native, source)
    assert store(writer, LANE, [(directory, entries)]) == []
    again, entries = listed(native, source)
    assert store(writer, LANE, [(again, entries)]) == []
    writer.flush()
    assert len(index) == 3
    assert blobs_stored(writer) == 3


def test_packs_are_whole_files_named_by_their_bytes(native: ModuleType, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    writer, index = make_writer(native, outbox, pack_bytes=100_000)
    blobs = [random.Random(number).randbytes(5000) for number in range(200)]
    assert writer.store_blobs(LANE, BlobKind.DATA, blobs) == [hashlib.sha256(b).digest() for b in blobs]
    writer.store_blobs(LANE, BlobKind.TREE, [b'{"nodes":[]}\n'])
    writer.flush()
    finished = writer.finished()
    assert writer.finished() == []
    assert {name.name for name in outbox.iterdir()} == {pack_id.hex() for pack_id, _, _ in finished}
    kinds = set()
    for pack_id, lane, size in finished:
        data = (outbox / pack_id.hex()).read_bytes()
        assert (lane, size, hashlib.sha256(data).digest()) == (LANE, len(data), pack_id)
        entries = native.read_header(KEY, data, len(data))
        assert entries == index.entries(pack_id)
        assert whole(native, index, pack_id, data)
        assert len({entry.kind for entry in entries}) == 1
        kinds.add(entries[0].kind)
    assert kinds == {0, 1}


def test_a_file_that_grows_while_it_is_read_is_stored_whole_or_not_at_all(
    native: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = source / "log"
    path.write_bytes(random.Random(1).randbytes(24 << 20))
    writer, index = make_writer(native, tmp_path / "outbox")
    work = listed(native, source)
    stop = threading.Event()

    def keep_appending() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b"x")

    thread = threading.Thread(target=keep_appending)
    thread.start()
    faults = store(writer, LANE, [work])
    stop.set()
    thread.join()
    writer.flush()
    content = work[0].content(0)
    if content is None:  # nearly always; a thread that got no time to append leaves the file whole
        assert [fault[0] for fault in faults] == [os.fsencode(path)]
    else:
        whole = read_back(native, index, tmp_path / "outbox", LANE, content)
        assert (faults, len(whole)) == ([], writer.progress()[1])
        assert path.read_bytes().startswith(whole)


def test_a_file_that_holds_less_than_it_says_is_a_fault(native: ModuleType, tmp_path: Path) -> None:
    folder, name = b"/sys/devices/system/cpu", b"online"
    (directory,) = native.list_directories([(folder, [name])])
    assert directory.sizes == [4096]  # as sysfs says; it gives a few bytes
    writer, _ = make_writer(native, tmp_path / "outbox")
    ((path, sentence),) = store(writer, LANE, [(directory, [0])])
    assert path == folder + b"/" + name
    assert sentence == "changed while it was being read; the next backup will take it."
    assert directory.content(0) is None


def test_what_is_no_longer_the_listed_file_is_a_fault_each(native: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("fifo", "fine", "gone", "link", "other"):
        (source / name).write_bytes(name.encode())
    work = listed(native, source)
    for name in ("fifo", "gone", "link", "other"):
        (source / name).rename(tmp_path / name)
    os.mkfifo(source / "fifo")
    (source / "link").symlink_to(tmp_path / "link")
    (source / "other").write_bytes(b"other")
    writer, _ = make_writer(native, tmp_path / "outbox")
    faults = dict(store(writer, LANE, [work]))
    assert {os.path.basename(path): sentence.split()[0] for path, sentence in faults.items()} == {
        b"fifo": "was",
        b"gone": "vanished",
        b"link": "was",
        b"other": "was",
    }
    assert work[0].content(1) == [hashlib.sha256(b"fine").digest()]


def test_an_interrupt_ends_the_work_soon_and_what_is_stored_is_whole(
    native: ModuleType, tmp_path: Path
) -> None:
    writer, index = make_writer(native, tmp_path / "outbox")
    blobs = [bytes([number % 251]) * 5_000_000 + b"%d" % number for number in range(24)] * 40
    # whoever starts the tests in the background has them ignore the signal
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        deque((writer.store_blobs(LANE, BlobKind.DATA, blobs) for _ in range(1_000)), maxlen=0)
    timer.join()
    signal.signal(signal.SIGINT, before)
    writer.flush()
    for pack_id, _, _ in writer.finished():
        data = (tmp_path / "outbox" / pack_id.hex()).read_bytes()
        assert whole(native, index, pack_id, data)
    assert len(index) == blobs_stored(writer)


def test_an_outbox_that_is_gone_ends_the_run(native: ModuleType, tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    writer, index = make_writer(native, outbox)
    outbox.rmdir()
    with pytest.raises(StoreError, match=r"outbox"):
        writer.store_blobs(LANE, BlobKind.DATA, [b"bytes"])
    outbox.mkdir()
    with pytest.raises(StoreError, match=r"broke off"):
        writer.store_blobs(LANE, BlobKind.DATA, [b"bytes"])
    assert len(index) == 0


def test_progress_may_be_asked_from_another_thread(native: ModuleType, tmp_path: Path) -> None:
    writer, _ = make_writer(native, tmp_path / "outbox")
    seen = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(blobs_stored(writer))
            os.sched_yield()

    thread = threading.Thread(target=watch)
    thread.start()
    writer.store_blobs(LANE, BlobKind.DATA, [random.Random(n).randbytes(100_000) for n in range(200)])
    done.set()
    thread.join()
    assert seen == sorted(seen)
    assert blobs_stored(writer) == 200


def test_requests_that_make_no_sense_are_refused(native: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    writer, _ = make_writer(native, tmp_path / "outbox")
    directory, _ = listed(native, source)
    for call in (
        lambda: store(writer, 2, []),
        lambda: store(writer, LANE, [(directory, [0])]),
        lambda: writer.store_blobs(LANE, 2, [b"x"]),
        lambda: native.Writer(KEY, b"short", native.Index([]), b"/tmp", RULES, 1 << 20, 3, past_cache=False),
        lambda: native.Writer(
            b"short", CUT_KEY, native.Index([]), b"/tmp", RULES, 1 << 20, 3, past_cache=False
        ),
        lambda: native.Writer(KEY, CUT_KEY, native.Index([]), b"/tmp", RULES, 0, 3, past_cache=False),
    ):
        with pytest.raises(UsageError):
            call()


def test_what_is_submitted_is_stored_while_trees_are_and_collected_once(
    native: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    data = random.Random(1).randbytes(40 << 20)
    (source / "film").write_bytes(data)
    writer, index = make_writer(native, tmp_path / "outbox")
    directory, entries = listed(native, source)
    writer.submit([(0, [(directory, entries)]), (1, [(directory, entries)])])
    with pytest.raises(UsageError, match="not collected"):
        writer.submit([])
    with pytest.raises(UsageError, match="not collected"):
        writer.flush()
    patience = [writer.collect(0)]
    writer.store_blobs(LANE, BlobKind.TREE, [b'{"nodes":[]}\n'])
    while patience[-1] is None:
        patience.append(writer.collect(0.001))
    assert (patience[-1], writer.collect(0)) == ([], [])
    writer.flush()
    ids = directory.content(0)
    assert ids is not None
    assert read_back(native, index, tmp_path / "outbox", 1, ids) == data
    assert {lane for (lane, _) in writer.stored()} == {0, 1}


def test_a_disk_that_takes_no_more_ends_the_run_and_only_whole_packs_have_landed(
    native: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(20):  # seeded, so that every run meets the same packs
        (source / f"{number}").write_bytes(random.Random(number).randbytes(200_000 + 60_000 * number))
    writer, index = make_writer(native, tmp_path / "outbox", pack_bytes=1 << 20)
    directory, entries = listed(native, source)
    store(writer, LANE, [(directory, entries[:9])])
    with files_of_at_most(1 << 19):
        writer.submit([(LANE, [(directory, entries[9:])])])
        with pytest.raises(StoreError):
            writer.collect(float("inf"))
        writer.close()
    landed = {path.name: path.read_bytes() for path in (tmp_path / "outbox").iterdir()}
    assert landed
    assert landed.keys() == {pack_id.hex() for pack_id, _, _ in writer.finished()}
    assert landed.keys() == {pack_id.hex() for pack_id, *_ in index.packs()}
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in landed.items())
    with pytest.raises(StoreError):
        writer.flush()


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_job_beside_one_that_failed_does_not_answer_that_all_is_well(
    native: ModuleType, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "film").write_bytes(random.Random(1).randbytes(64 << 20))
    writer, _ = make_writer(native, tmp_path / "outbox")
    (tmp_path / "outbox").rmdir()
    writer.submit([(LANE, [listed(native, source)])])
    with pytest.raises(StoreError):
        writer.store_blobs(LANE, BlobKind.TREE, [b"tree"])
    with pytest.raises(StoreError):
        writer.collect(float("inf"))
    with pytest.raises(StoreError):
        writer.flush()


def test_a_writer_that_goes_away_takes_its_work_with_it(native: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "film").write_bytes(bytes(500 << 20))
    before = landing_threads()
    writer, _ = make_writer(native, tmp_path / "outbox")
    directory, entries = listed(native, source)
    writer.submit([(LANE, [(directory, entries)])])
    wait_until(lambda: bool(landing_threads() - before))  # a thread names itself
    del writer
    assert directory.content(0) is None
    assert os.listdir(tmp_path / "outbox") == []
    wait_until(lambda: not landing_threads() - before)  # one that was joined may linger in /proc


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline


def landing_threads() -> set[str]:
    return {thread for thread in os.listdir("/proc/self/task") if name_of(thread) == "notou-landing"}


def name_of(thread: str) -> str | None:
    """Nothing for a thread that has ended since it was listed."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/self/task/{thread}/comm").read_text().strip()
    return None
