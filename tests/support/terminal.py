"""A program at a terminal of its own, and a person who types when asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence


def at_terminal(argv: Sequence[str], env: Mapping[str, str], answers: Mapping[str, str]) -> str:
    """What stood on the terminal when the program ended. ``answers``: what is typed after which question."""
    master, slave = os.openpty()
    process = subprocess.Popen(argv, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    said, left = b"", {question.encode(): typed.encode() for question, typed in answers.items()}
    while part := _read(master):
        said += part
        for question in [each for each in left if each in said]:
            os.write(master, left.pop(question))
    os.close(master)
    process.wait(60)
    return said.decode(errors="replace")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 4096)
    except OSError:  # the program has ended
        return b""
