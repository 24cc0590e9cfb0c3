"""What the operating system gives as reasons, as sentences.

The texts are the system's own, in English; the usual ones stand in the catalogues (tools/words.py takes them
from the numbers here), any other stays English. What may not enter: what is said around a reason.
"""

from __future__ import annotations

import errno
import os

from notou.sentence import Sentence

USUAL = (
    errno.EPERM, errno.ENOENT, errno.EINTR, errno.EIO, errno.ENXIO, errno.E2BIG, errno.ENOEXEC, errno.EBADF,
    errno.EAGAIN, errno.ENOMEM, errno.EACCES, errno.EBUSY, errno.EEXIST, errno.EXDEV, errno.ENODEV,
    errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.ENFILE, errno.EMFILE, errno.ENOTTY, errno.ETXTBSY,
    errno.EFBIG, errno.ENOSPC, errno.ESPIPE, errno.EROFS, errno.EMLINK, errno.EPIPE, errno.ERANGE,
    errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTEMPTY, errno.EDQUOT, errno.ESTALE, errno.ENOTCONN,
    errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH,
    errno.EOPNOTSUPP, errno.EOVERFLOW, errno.ENODATA,
)  # fmt: skip


def system_reason(error: OSError) -> Sentence:
    """Why the system refused, as it says it: ``Permission denied``."""
    return _as_it_stands(error.strerror or str(error))


def system_reason_within(error: OSError) -> Sentence:
    """The same inside a sentence: ``permission denied``."""
    return _as_it_stands((error.strerror or str(error)).lower())


def reason_of_number(number: int) -> Sentence:
    """What an error number stands for."""
    return _as_it_stands(os.strerror(number))


def _as_it_stands(text: str) -> Sentence:
    return Sentence(text.replace("{", "{{").replace("}", "}}"), {})
