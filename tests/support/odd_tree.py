"""Makes a small folder with every kind of node and every odd name a backup must bring back, seeded.

What only root may make (device nodes, foreign owners) is made when root runs the tests.
"""

from __future__ import annotations

import os
import random
import socket
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    b"plain.txt",
    b"with space",
    b"tab\there",
    b"line\nbreak",
    b'quo"te and back\\slash',
    b"<angle>&amp",
    b"-dash",
    b".hidden",
    b"\xff\xfe not utf-8",
    b"latin1 \xe9t\xe9",
    "nicht brechend\u00a0hier".encode(),
    "line separator \u2028".encode(),
    "été à Nouméa".encode(),
    "照片".encode(),
    "🕊".encode(),
    b"n" * 255,
    b"glob*?[x]",
]


def make_odd_tree(root: str | bytes | Path, seed: int = 2) -> None:
    """Fill ``root`` (made if absent) with about a hundred entries; a seed always gives the same."""
    base = os.fsencode(root)
    print(f"odd tree seed {seed}")  # so that a failing test says it
    rng = random.Random(seed)
    os.makedirs(base, exist_ok=True)
    _make_files(base + b"/names", rng)
    _make_sizes(base + b"/sizes", rng)
    _make_links(base + b"/links", rng)
    _make_modes(base + b"/modes", rng)
    _make_attributes(base + b"/attributes")
    _make_specials(base + b"/specials")
    _make_depth(base + b"/deep", levels=40)
    _date(base, rng)


def _write(path: bytes, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)


def _make_files(base: bytes, rng: random.Random) -> None:
    os.mkdir(base)
    for name in NAMES:
        _write(base + b"/" + name, rng.randbytes(rng.randrange(1, 3000)))
    os.mkdir(base + b"/\xf0\x28 a folder")
    _write(base + b"/\xf0\x28 a folder/inside", b"inside")


def _make_sizes(base: bytes, rng: random.Random) -> None:
    os.mkdir(base)
    os.mkdir(base + b"/nothing")
    for size in (0, 1, 4095, 4096, 4097, 65536, 600_000, 3_000_001):
        _write(base + b"/%d" % size, rng.randbytes(size))
    _write(base + b"/zeros", bytes(200_000))
    with open(base + b"/sparse", "wb") as file:
        file.write(b"begin")
        file.seek(5 << 20)
        file.write(b"end")
        file.truncate((5 << 20) + 70_000)
    _write(base + b"/twice", b"same content" * 1000)
    _write(base + b"/again", b"same content" * 1000)


def _make_links(base: bytes, rng: random.Random) -> None:
    os.makedirs(base + b"/other")
    _write(base + b"/first", rng.randbytes(5000))
    os.link(base + b"/first", base + b"/second")
    os.link(base + b"/first", base + b"/other/third")
    os.mkfifo(base + b"/pipe")
    os.symlink(b"first", base + b"/to-file")
    os.symlink(b"other", base + b"/to-folder")
    os.symlink(b"/nonexistent/\xff raw", base + b"/dangling")
    os.symlink(b"../" * 30 + b"etc/passwd", base + b"/outwards")


def _make_modes(base: bytes, rng: random.Random) -> None:
    os.mkdir(base)
    for mode in (0o000, 0o400, 0o644, 0o755, 0o4755, 0o2755, 0o1644, 0o7777):
        path = base + b"/%04o" % mode
        _write(path, rng.randbytes(10))
        os.chmod(path, mode)
    for mode in (0o500, 0o1777, 0o2770):
        path = base + b"/d%04o" % mode
        os.mkdir(path)
        _write(path + b"/inside", b"inside")
        os.chmod(path, mode)
    if os.geteuid() == 0:
        _write(base + b"/foreign", b"of another")
        os.chown(base + b"/foreign", 12345, 23456)
        os.symlink(b"foreign", base + b"/foreign-link")
        os.lchown(base + b"/foreign-link", 12345, 23456)


def _make_attributes(base: bytes) -> None:
    os.mkdir(base)
    _write(base + b"/file", b"attributes")
    for path in (base, base + b"/file"):
        os.setxattr(path, "user.plain", b"value")
        os.setxattr(path, "user.binary", bytes(range(256)))
        os.setxattr(path, "user.empty", b"")
    if os.geteuid() == 0:
        os.setxattr(base + b"/file", "security.notou", b"label")


def _make_specials(base: bytes) -> None:
    os.mkdir(base)
    os.mkfifo(base + b"/fifo", 0o640)
    if os.geteuid() == 0:
        os.mknod(base + b"/block", stat.S_IFBLK | 0o600, os.makedev(7, 200))
        os.mknod(base + b"/char", stat.S_IFCHR | 0o666, os.makedev(1, 3))


def make_socket(path: str | bytes) -> None:
    """A socket node; apart, since restic stores sockets but does not restore them."""
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path)


def _make_depth(base: bytes, levels: int) -> None:
    path = base
    for level in range(levels):
        os.mkdir(path)
        path += b"/level%d" % level
    _write(path, b"the deepest")


def _date(base: bytes, rng: random.Random) -> None:
    """Times with nanoseconds on everything, deepest first: before 1970, whole seconds, and beyond 2038."""
    for folder, folders, files in os.walk(base, topdown=False):
        for name in sorted(files) + sorted(folders):
            moment = rng.choice((1_000_000_000, 1_700_000_000, 4_200_000_000, -86_400)) * 10**9 + rng.choice(
                (0, 1, 123_456_789, 120_000_000)
            )
            os.utime(folder + b"/" + name, ns=(moment, moment), follow_symlinks=False)
    os.utime(base, ns=(1_600_000_000_000_000_007,) * 2)
