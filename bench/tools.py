"""The tools that are compared: for each, the words of the same five jobs, as data.

What may not enter: measuring, data sets, figures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD = "bench"  # every vault here is thrown away with the run

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """One backup program. Words hold ``{vault}``, ``{source}``, ``{target}`` where a path goes."""

    name: str
    program: str
    version: Words
    init: Words
    backup: Words
    restore: Words
    check: Words  # read and verify every stored byte
    env: dict[str, str] = field(default_factory=dict)

    def argv(self, words: Words, **paths: Path) -> list[str]:
        """The argument list of one job."""
        return [self.program, *(word.format(**paths) for word in words)]

    def version_line(self) -> str:
        """The first line the tool prints of its own version."""
        env = {**os.environ, **self.env}
        answer = subprocess.run(self.argv(self.version), capture_output=True, text=True, check=True, env=env)
        return answer.stdout.strip().splitlines()[0]


def notou(work: Path) -> Tool:
    """This project, as installed beside the interpreter that runs the bench."""
    return Tool(
        name="notou",
        program=str(Path(sys.executable).with_name("notou")),
        version=("--version",),
        init=("init", "--quiet", "--to", "{vault}"),
        backup=("backup", "--quiet", "{source}", "--to", "{vault}"),
        restore=("restore", "--quiet", "latest", "--from", "{vault}", "--target", "{target}"),
        check=("check", "--quiet", "--from", "{vault}", "--read-data"),
        env={"NOTOU_PASSWORD": PASSWORD, "NOTOU_OUTBOX": str(work / "outbox")},
    )


def restic(work: Path, program: str) -> Tool:
    """Stock restic: what every ratio refers to."""
    return Tool(
        name="restic",
        program=program,
        version=("version",),
        init=("--quiet", "-r", "{vault}", "init"),
        backup=("--quiet", "-r", "{vault}", "backup", "{source}"),
        restore=("--quiet", "-r", "{vault}", "restore", "latest", "--target", "{target}"),
        check=("--quiet", "-r", "{vault}", "check", "--read-data"),
        env={"RESTIC_PASSWORD": PASSWORD, "RESTIC_CACHE_DIR": str(work / "restic-cache")},
    )


def rustic(work: Path, program: str) -> Tool:
    """rustic, which reads and writes restic's format."""
    plain = ("--no-progress", "--log-level", "warn", "-r", "{vault}")
    return Tool(
        name="rustic",
        program=program,
        version=("--version",),
        init=(*plain, "init"),
        backup=(*plain, "backup", "{source}"),
        restore=(*plain, "restore", "latest", "{target}"),
        check=(*plain, "check", "--read-data"),
        env={"RUSTIC_PASSWORD": PASSWORD, "RUSTIC_CACHE_DIR": str(work / "rustic-cache")},
    )


def borg(work: Path) -> Tool:
    """borg 1 with its own default compression and an encrypted, authenticated repository.

    It extracts into the folder it stands in and wants the archive's name, hence the shell.
    """
    last = '$(borg list --last 1 --short "{vault}")'
    extract = f'mkdir -p "{{target}}" && cd "{{target}}" && borg extract "{{vault}}::{last}"'
    return Tool(
        name="borg",
        program="sh",
        version=("-c", "borg --version"),
        init=("-c", 'borg init --encryption repokey-blake2 "{vault}"'),
        backup=("-c", 'borg create "{vault}::$(date +%s%N)" "{source}"'),
        restore=("-c", extract),
        check=("-c", 'borg check --verify-data "{vault}"'),
        env={"BORG_PASSPHRASE": PASSWORD, "BORG_BASE_DIR": str(work / "borg-base")},
    )


def kopia(work: Path, program: str) -> Tool:
    """kopia with zstd, since by itself it compresses nothing; what it knows of a vault lies beside it."""
    create = (
        'repository create filesystem --path "{vault}" --cache-directory "{vault}.cache"',
        "policy set --global --compression zstd",
    )
    run = f'"{program}" --config-file "{{vault}}.config"'
    return Tool(
        name="kopia",
        program="sh",
        version=("-c", f'"{program}" --version'),
        init=("-c", " && ".join(f"{run} {words}" for words in create)),
        backup=("-c", f'exec {run} snapshot create --no-progress "{{source}}"'),
        restore=("-c", f'exec {run} snapshot restore --no-progress "{{source}}" "{{target}}"'),
        check=("-c", f"exec {run} snapshot verify --no-progress --verify-files-percent=100"),
        env={
            "KOPIA_PASSWORD": PASSWORD,
            "KOPIA_LOG_DIR": str(work / "kopia-log"),
            "KOPIA_CHECK_FOR_UPDATES": "false",
        },
    )


def present(work: Path) -> list[Tool]:
    """This project and restic (NOTOU_RESTIC or PATH), then the other peers that are installed."""
    program = os.environ.get("NOTOU_RESTIC") or shutil.which("restic")
    if program is None:
        raise SystemExit("The bench compares with restic, which was not found: run tools/peers.sh first.")
    found = [notou(work), restic(work, program)]
    if rustic_program := shutil.which("rustic"):
        found.append(rustic(work, rustic_program))
    if shutil.which("borg"):
        found.append(borg(work))
    if kopia_program := shutil.which("kopia"):
        found.append(kopia(work, kopia_program))
    return found
