"""The tree node of one entry of the source, from its lstat: what restic records, in UTC.

What may not enter: comparing with parents, reading content.
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat as stat_bits
from functools import lru_cache

from notou.kernel.reference.reach import reachable
from notou.model import Node, NodeKind
from notou.sentence import Sentence, say
from notou.words.system import system_reason_within

ItemFault = tuple[bytes, str]
"""(path, what happened, without naming it)."""

_LETTERS = {
    stat_bits.S_IFREG: "f",
    stat_bits.S_IFDIR: "d",
    stat_bits.S_IFLNK: "l",
    stat_bits.S_IFBLK: "b",
    stat_bits.S_IFCHR: "c",
    stat_bits.S_IFIFO: "p",
    stat_bits.S_IFSOCK: "s",
}
NODE_KINDS = {
    "f": NodeKind.FILE,
    "d": NodeKind.DIR,
    "l": NodeKind.SYMLINK,
    "b": NodeKind.DEVICE,
    "c": NodeKind.CHAR_DEVICE,
    "p": NodeKind.FIFO,
    "s": NodeKind.SOCKET,
}
_WITH_LINKS = "flbc"  # kinds of which restic records the number of hard links

# What file systems answer that know no extended attributes, or that lost one meanwhile.
_NO_ATTRIBUTES = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENODATA}


def kind_letter(mode: int) -> str:
    """The letter of an entry's kind by its st_mode; "" for what no backup can hold."""
    return _LETTERS.get(stat_bits.S_IFMT(mode), "")


def reason(error: OSError) -> Sentence:
    """The operating system's reason in its own words, in lower case."""
    return system_reason_within(error)


def source_node(
    path: bytes,
    name: bytes,
    stat: os.stat_result,
    content: tuple[bytes, ...] | None,
    subtree: bytes | None,
    faults: list[ItemFault],
) -> Node | None:
    """The node of the entry at ``path``; None when it vanished. What could not be read joins ``faults``."""
    letter = kind_letter(stat.st_mode)
    try:
        with reachable(path) as short:
            target = os.readlink(short) if letter == "l" else b""
            xattrs = _xattrs(short, path, faults)
    except OSError as error:
        faults.append((path, say("cannot be read: {reason}.", reason=reason(error))))
        return None
    return Node(
        name=name,
        kind=NODE_KINDS[letter].value,
        mode=stat_bits.S_IMODE(stat.st_mode),
        mtime_ns=stat.st_mtime_ns,
        atime_ns=stat.st_mtime_ns,
        ctime_ns=stat.st_ctime_ns,
        uid=stat.st_uid,
        gid=stat.st_gid,
        user=_user_name(stat.st_uid),
        group=_group_name(stat.st_gid),
        inode=stat.st_ino,
        device_id=stat.st_dev,
        size=stat.st_size if letter == "f" else 0,
        links=stat.st_nlink if letter in _WITH_LINKS else 0,
        link_target=target,
        xattrs=xattrs,
        device=stat.st_rdev if letter in "bc" else 0,
        content=content if letter == "f" else None,
        subtree=subtree,
    )


def _xattrs(short: bytes, path: bytes, faults: list[ItemFault]) -> tuple[tuple[str, bytes], ...]:
    """The attributes of what ``short`` leads to; its ``path`` names it in a fault."""
    try:
        names = os.listxattr(short, follow_symlinks=False)
        return tuple([(name, os.getxattr(short, name, follow_symlinks=False)) for name in names])
    except OSError as error:
        if error.errno not in _NO_ATTRIBUTES:
            faults.append(
                (path, say("has extended attributes that cannot be read: {reason}.", reason=reason(error)))
            )
        return ()


@lru_cache(maxsize=1024)
def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


@lru_cache(maxsize=1024)
def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return ""
