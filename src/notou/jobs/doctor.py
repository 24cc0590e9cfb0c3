"""How Notou runs on this machine: which kernel, at what speed, where it keeps things, what is at hand.

What may not enter: looking into vaults (that is check's).
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from notou import __version__, kernel
from notou.jobs.folders import outbox_folder, outbox_trouble
from notou.sentence import say

SAMPLE_BYTES = 4 * 1024 * 1024
CONTENT_RULE = ("content", 128 * 1024, 19, 2 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found; speeds are bytes a second on one core."""

    version: str
    python: str
    system: str
    kernel: str
    cpu_path: str
    cut_bytes_per_s: float
    seal_bytes_per_s: float
    outbox: str
    advice: tuple[str, ...]


def diagnose(environ: Mapping[str, str], clock: Callable[[], float]) -> Diagnosis:
    """Look at this machine; takes well under a second with either kernel."""
    sample = bytes(range(256)) * (SAMPLE_BYTES // 256)
    size = SAMPLE_BYTES if kernel.KERNEL_NAME == "native" else SAMPLE_BYTES // 16
    return Diagnosis(
        version=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        kernel=kernel.KERNEL_NAME,
        cpu_path=kernel.cpu_path(),
        cut_bytes_per_s=_speed(lambda: kernel.cut(CONTENT_RULE, bytes(32), sample[:size]), size, clock),
        seal_bytes_per_s=_speed(lambda: kernel.seal(bytes(range(64)), sample), SAMPLE_BYTES, clock),
        outbox=os.fsdecode(os.path.dirname(outbox_folder("x", environ))),
        advice=tuple(_advice(environ)),
    )


def _speed(action: Callable[[], object], size: int, clock: Callable[[], float]) -> float:
    """Bytes a second: the best of three, since the first run warms caches and others use the machine."""
    took_s = []
    for _ in range(3):
        started_s = clock()
        action()
        took_s.append(clock() - started_s)
    return size / max(min(took_s), 1e-9)


def _advice(environ: Mapping[str, str]) -> list[str]:
    trouble = outbox_trouble(environ)
    advice = [trouble] if trouble else []
    if kernel.KERNEL_NAME != "native":
        advice.append(_of_the_reference_kernel(environ))
    elif kernel.cpu_path() == "portable":
        advice.append(
            say("This CPU has no AES instructions, so cutting files runs on the slow portable path.")
        )
    return advice


def _of_the_reference_kernel(environ: Mapping[str, str]) -> str:
    if environ.get("NOTOU_KERNEL") == "reference":
        return say(
            "The reference kernel in plain Python runs, because NOTOU_KERNEL=reference is set. "
            "Vaults are the same, but documents and videos are cut dozens of times slower."
        )
    return say(
        "The reference kernel in plain Python runs, because the native one was not built; install Rust "
        "(cargo) and install Notou again. Vaults are the same, but documents and videos are cut dozens of "
        "times slower."
    )
