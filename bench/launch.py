"""Starts one command from a small process of its own and writes down what it took, as JSON.

Linux counts a process's memory before exec into its peak, so a command started straight from the bench would
seem to need at least what the bench itself holds. Called as ``python -I -S launch.py ANSWER PROGRAM WORDS…``.
What may not enter: imports beyond these, since they would raise the floor of every figure.
"""

import os
import sys
import time


def main() -> None:
    """Run, wait, write ``{"seconds", "cpu_seconds", "peak_bytes", "exit_code"}``."""
    answer, argv = sys.argv[1], sys.argv[2:]
    started = time.monotonic()
    pid = os.posix_spawnp(argv[0], argv, os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.monotonic() - started
    with open(answer, "w") as out:
        out.write(
            f'{{"seconds": {seconds}, "cpu_seconds": {usage.ru_utime + usage.ru_stime},'
            f' "peak_bytes": {usage.ru_maxrss * 1024}, "exit_code": {os.waitstatus_to_exitcode(status)}}}'
        )


main()
