"""The kernel by itself: ``python -m bench.kernel`` prints what its parts do on one core and on all.

Processor time is told beside the clock's, since other work on the machine slows only the latter.
What may not enter: comparisons with other tools (scenarios).
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from notou import kernel
from notou.backup.cut_rules import CUT_RULES
from notou.model import Lane

_KEY = b"k" * 64
_CUT_KEY = b"c" * 32
_PACK_BYTES = 16 << 20
_MB = 1_000_000


def main() -> None:
    """Measure and print."""
    data = random.Random(1).randbytes(128 << 20)
    _cutting(data)
    _sealing(data)
    where = Path(tempfile.mkdtemp(prefix="notou-bench-"))
    try:
        _storing(where)
    finally:
        shutil.rmtree(where)


def _cutting(data: bytes) -> None:
    for path in kernel.cpu_paths():
        kernel.use_cpu_path(path)
        seconds = _processor_time(lambda: kernel.cut(CUT_RULES[Lane.VIDEOS], _CUT_KEY, data))
        print(f"cut        {path:10} {len(data) / seconds / _MB:7.0f} MB/s a core")
    kernel.use_cpu_path(kernel.cpu_paths()[0])


def _sealing(data: bytes) -> None:
    sealed = kernel.seal(_KEY, data)
    for name, run in (
        ("seal", lambda: kernel.seal(_KEY, data)),
        ("unseal", lambda: kernel.unseal(_KEY, sealed)),
    ):
        print(f"{name:10} {'':10} {len(data) / _processor_time(run) / _MB:7.0f} MB/s a core")


def _storing(where: Path) -> None:
    photos, videos, small = where / "photos", where / "videos", where / "small"
    _make_files(
        photos, count=100, size=4 * _MB, head=b"\xff\xd8\xff\xe1\x10\x00" + bytes(0xFFE) + b"\xff\xdb"
    )
    _make_files(videos, count=4, size=100 * _MB, head=b"")
    for number in range(200):
        _make_files(small / str(number), count=100, size=2000, head=b"")
    _store(where, photos, Lane.PHOTOS)
    _store(where, videos, Lane.VIDEOS)
    _store(where, small, Lane.OTHER)


def _make_files(folder: Path, count: int, size: int, head: bytes) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.bin").write_bytes(head + os.urandom(size - len(head)))


def _store(where: Path, source: Path, lane: Lane) -> None:
    outbox = where / "outbox"
    outbox.mkdir()
    index = kernel.Index([lane.label for lane in Lane])
    writer = kernel.Writer(
        _KEY, _CUT_KEY, index, os.fsencode(outbox), CUT_RULES, _PACK_BYTES, 3, past_cache=False
    )
    folders = [os.fsencode(folder) for folder, _, _ in os.walk(source)]
    began, used = time.perf_counter(), _used()
    listed = kernel.list_directories([(folder, None) for folder in folders])
    directories = [directory for directory in listed if not isinstance(directory, str)]
    work = [(d, [n for n, kind in enumerate(d.kinds) if kind == ord("f")]) for d in directories]
    writer.submit([(lane, work)])
    writer.collect(float("inf"))
    writer.flush()
    seconds, used = time.perf_counter() - began, _used() - used
    files, size = writer.progress()
    rates = f"{size / seconds / _MB:7.0f} MB/s, {size / used / _MB:.0f} MB a processor second"
    print(
        f"store      {source.name:10} {rates}, {used / files * 1e6:.1f} µs a file, peak {_peak_mb():.0f} MB"
    )
    shutil.rmtree(outbox)


def _processor_time(run: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.thread_time()
        run()
        best = min(best, time.thread_time() - began)
    return best


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB


if __name__ == "__main__":
    main()
