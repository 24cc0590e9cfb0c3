"""A folder to work in, for upkeep that packs anew. A process that was killed leaves its own behind.

What may not enter: what is made there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from notou.disk.private import make_private
from notou.jobs.folders import making_outbox, work_folder
from notou.jobs.this_process import process_alive


@contextmanager
def workspace(environ: Mapping[str, str]) -> Iterator[bytes]:
    """An empty folder for this process, gone afterwards; those that dead processes left go first."""
    parent = work_folder(environ)
    with making_outbox(environ):
        make_private(os.fsencode(parent))
    for name in os.listdir(parent):
        pid = name.partition("-")[0]
        if pid.isdigit() and not process_alive(int(pid)):
            shutil.rmtree(os.path.join(parent, name), ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=parent) as folder:
        yield os.fsencode(folder)
