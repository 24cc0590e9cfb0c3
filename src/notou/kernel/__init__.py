"""Picks the kernel: the native one in Rust where it was built, else the reference in plain Python.

Both offer what _native.pyi declares. Set NOTOU_KERNEL=reference to run the reference on purpose (doctor
and the twin tests do). What may not enter: any logic of either kernel.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

from notou.errors import UsageError
from notou.sentence import say

if TYPE_CHECKING:
    from notou.kernel import _native as _kernel
else:

    def _load():
        wanted = os.environ.get("NOTOU_KERNEL") or "native"
        if wanted not in ("native", "reference"):
            raise UsageError(
                say("NOTOU_KERNEL is “{wanted}”; it may be native or reference, or unset.", wanted=wanted)
            )
        if wanted == "native":
            try:
                return importlib.import_module("notou.kernel._native")
            except ImportError:  # not built on this machine: the reference does the same, slower
                pass
        return importlib.import_module("notou.kernel.reference")

    _kernel = _load()

KERNEL_NAME = _kernel.KERNEL_NAME
Directory = _kernel.Directory
Index = _kernel.Index
Listing = _kernel.Listing
PackCheck = _kernel.PackCheck
Target = _kernel.Target
Usage = _kernel.Usage
Writer = _kernel.Writer
compress = _kernel.compress
cpu_path = _kernel.cpu_path
cpu_paths = _kernel.cpu_paths
cut = _kernel.cut
decompress = _kernel.decompress
list_directories = _kernel.list_directories
open_blobs = _kernel.open_blobs
read_header = _kernel.read_header
scrypt = _kernel.scrypt
seal = _kernel.seal
unseal = _kernel.unseal
use_cpu_path = _kernel.use_cpu_path

if TYPE_CHECKING:
    CutRule = _kernel.CutRule
    ItemFault = _kernel.ItemFault
    Placement = _kernel.Placement
