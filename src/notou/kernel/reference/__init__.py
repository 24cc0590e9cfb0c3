"""The kernel in plain Python: the oracle of the native one's tests, and what runs where Rust is not.

Offers exactly the names of notou/kernel/_native.pyi, in which everything is documented. What may
not enter: anything that only one of the two kernels can do.
"""

from __future__ import annotations

from notou.kernel.reference.compression import compress, decompress
from notou.kernel.reference.cut import CutRule, cpu_path, cpu_paths, cut, use_cpu_path
from notou.kernel.reference.directory import Directory, list_directories
from notou.kernel.reference.index import Index
from notou.kernel.reference.listing import Listing
from notou.kernel.reference.pack_check import PackCheck
from notou.kernel.reference.packs import open_blobs, read_header
from notou.kernel.reference.seal import seal, unseal
from notou.kernel.reference.source_node import ItemFault
from notou.kernel.reference.stretch import scrypt
from notou.kernel.reference.target import Placement, Target
from notou.kernel.reference.usage import Usage
from notou.kernel.reference.writer import Writer

__all__ = [
    "KERNEL_NAME",
    "CutRule",
    "Directory",
    "Index",
    "ItemFault",
    "Listing",
    "PackCheck",
    "Placement",
    "Target",
    "Usage",
    "Writer",
    "compress",
    "cpu_path",
    "cpu_paths",
    "cut",
    "decompress",
    "list_directories",
    "open_blobs",
    "read_header",
    "scrypt",
    "seal",
    "unseal",
    "use_cpu_path",
]

KERNEL_NAME = "reference"
