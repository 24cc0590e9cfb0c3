"""CHANGELOG.md from the notes in changes/ (their format: changes/README.md).

python tools/changelog.py write    gather the notes into CHANGELOG.md
python tools/changelog.py check    fail when a note is malformed or missing, or CHANGELOG.md is out of date
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

KINDS = ("Added", "Changed", "Fixed", "Removed", "Security")
PIECE_OF_WORK_S = 4 * 3600
HEAD = """# Changelog

What changed for the people who use Notou, newest first. Made from `changes/` by `make changelog`.
"""


class NoteError(Exception):
    """A note is not as changes/README.md says; the text names it and says what is wrong."""


@dataclass(frozen=True)
class Note:
    """One note: its kind, the sentence after it, what follows, and the issue it came from."""

    kind: str
    sentence: str
    body: str
    issue: str


def read_note(path: Path) -> Note:
    """The note in one file; NoteError when its name or its first line is not as agreed."""
    issue, dash, slug = path.stem.partition("-")
    if not (issue.isdigit() and dash and slug):
        raise NoteError(f"{path}: name it <issue>-<slug>.md.")
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    kind, colon, sentence = first.partition(": ")
    if kind not in KINDS or not colon or not sentence.strip().endswith("."):
        raise NoteError(f"{path}: begin with one of {', '.join(KINDS)}, a colon and a whole sentence.")
    return Note(kind, sentence.strip(), rest.strip(), issue)


def read_section(folder: Path) -> list[Note]:
    """The notes right in one folder, by kind, then by name."""
    notes = [read_note(path) for path in sorted(folder.glob("*.md")) if path.name != "README.md"]
    return sorted(notes, key=lambda note: KINDS.index(note.kind))


def render_note(note: Note) -> str:
    """One bullet, with what follows the sentence indented below it."""
    lines = [f"- {note.sentence} (#{note.issue})"]
    if note.body:
        lines += ["", *(f"  {line}".rstrip() for line in note.body.splitlines()), ""]
    return "\n".join(lines)


def render_section(title: str, notes: list[Note]) -> str:
    """One version: a heading for each kind that has notes."""
    lines = [f"## {title}"]
    for kind in KINDS:
        of_kind = [render_note(note) for note in notes if note.kind == kind]
        if of_kind:
            lines += ["", f"### {kind}", "", *of_kind]
    return "\n".join(lines).rstrip() + "\n"


def render(changes: Path) -> str:
    """All of CHANGELOG.md: what is unreleased, then every version, newest first."""
    sections = [("Unreleased", read_section(changes))]
    versions = [path for path in changes.iterdir() if path.is_dir()]
    versions.sort(key=lambda path: [int(part) for part in path.name.split(".")], reverse=True)
    sections += [(path.name, read_section(path)) for path in versions]
    return "\n".join([HEAD, *(render_section(title, notes) for title, notes in sections if notes)])


def commits_without_note(root: Path) -> list[str]:
    """Commits to src/ or native/ that no note covers and that carry no No-Note trailer.

    A note covers what came before it and the piece of work it belongs to: what was committed within
    hours of it, since nothing here says where a piece of work ends.
    """

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True).stdout

    last_note, noted_s = (git("log", "-1", "--format=%H %ct", "--", "changes").split() or ["", "0"])[:2]
    since = f"{last_note}..HEAD" if last_note else "HEAD"
    listed = git("log", "--format=%ct%x00%h %s%x00%(trailers:key=No-Note)%x01", since, "--", "src", "native")
    commits = (entry.strip().split("\0") for entry in listed.split("\x01") if entry.strip())
    return [
        title
        for committed_s, title, exempt in commits
        if not exempt.strip() and int(committed_s) > int(noted_s) + PIECE_OF_WORK_S
    ]


def check(root: Path) -> list[str]:
    """What is wrong, a sentence each; [] when nothing is."""
    try:
        wanted = render(root / "changes")
    except NoteError as error:
        return [str(error)]
    changelog = root / "CHANGELOG.md"
    faults = []
    if not changelog.exists() or changelog.read_text(encoding="utf-8") != wanted:
        faults.append("CHANGELOG.md is older than its notes: run 'make changelog'.")
    faults += [f"No note in changes/ for: {commit}" for commit in commits_without_note(root)]
    return faults


def main(arguments: list[str]) -> int:
    """Run one of the two commands; 1 when the check found something, 2 when neither was named."""
    root = Path(__file__).resolve().parent.parent
    if arguments == ["write"]:
        (root / "CHANGELOG.md").write_text(render(root / "changes"), encoding="utf-8")
        return 0
    if arguments != ["check"]:
        print(__doc__, file=sys.stderr)
        return 2
    faults = check(root)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
