"""Where a command speaks: results on stdout, news on stderr, or everything as JSON lines on stdout.

People are spoken to in their language; with --json each line is one object with an ``event`` field
(docs/json-lines.md), and its texts stay English. With --quiet only results that were asked for and failures
are told. What may not enter: what any command says.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from notou.cli.layout import Line, laid_out
from notou.cli.progress import progress_text, seconds_left
from notou.cli.text import printable, safe, told_at
from notou.events import CopyFailed, Event, ItemFailed, Note, Progress
from notou.sentence import say
from notou.shown import shown
from notou.words.catalogue import ENGLISH_WORDS, Words

TERMINAL_PERIOD_S = 0.1
JSON_PERIOD_S = 1.0
PLAIN_PERIOD_S = 60.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How the person wants to be spoken to."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False


class Screen:
    """Says things in the manner asked for. ``report`` may be called from any thread."""

    def __init__(
        self,
        manner: Manner,
        out: IO[str],
        err: IO[str],
        clock: Callable[[], float],
        words: Words = ENGLISH_WORDS,
    ) -> None:
        """``clock`` gives seconds that never go back; ``words`` is the person's language."""
        self.manner = manner
        self._words = words
        self._out, self._err, self._clock = out, err, clock
        self._lock = threading.Lock()
        self._started_s = clock()
        self._shown_s = self._started_s
        self._drawn = False

    def result(self, event: str, fields: Mapping[str, Any], lines: Iterable[Line]) -> None:
        """What the command was run for: a JSON object, or lines."""
        if self.manner.json:
            self._object(event, fields)
        else:
            self._lines(self._out, lines)

    def done(self, event: str, fields: Mapping[str, Any], lines: Iterable[Line]) -> None:
        """What the command did: a JSON object, or lines that --quiet silences."""
        self.result(event, fields, [] if self.manner.quiet else lines)

    def say(self, line: str) -> None:
        """A sentence about what was done; silent with --quiet and --json."""
        if not self.manner.quiet and not self.manner.json:
            self._lines(self._out, [line])

    def detail(self, *lines: Line) -> None:
        """Said only with --verbose."""
        if self.manner.verbose and not self.manner.json:
            self._lines(self._err, lines)

    def warn(self, event: str, fields: Mapping[str, Any], *lines: Line) -> None:
        """Something failed that does not end the work; told in every manner."""
        with suppress(OSError):  # nobody listens any more: no reason to end the work
            if self.manner.json:
                self._object(event, fields)
            else:
                self._lines(self._err, lines)

    def report(self, event: Event) -> None:
        """Show an event of long work."""
        match event:
            case Progress():
                self._progress(event)
            case ItemFailed(path, reason):
                fields = {**path_fields(path), "reason": reason}
                self.warn("item_failed", fields, say("{path}: {reason}", path=printable(path), reason=reason))
            case CopyFailed(location, reason):
                fields = {"location": location, "reason": reason}
                self.warn("copy_failed", fields, told_at(location, reason))
            case Note(text):
                self._note(text)

    def close(self) -> None:
        """Take the progress line away."""
        with self._lock, suppress(OSError):
            self._clear()

    def _note(self, text: str) -> None:
        if self.manner.json or not self.manner.quiet:
            self.warn("note", {"text": text}, text)

    def _progress(self, progress: Progress) -> None:
        if self.manner.quiet:
            return
        now_s = self._clock()
        with self._lock:
            if now_s - self._shown_s < self._period_s():
                return
            self._shown_s = now_s
            with suppress(OSError):
                self._show(progress, now_s - self._started_s)

    def _period_s(self) -> float:
        if self.manner.json:
            return JSON_PERIOD_S
        return TERMINAL_PERIOD_S if self._err.isatty() else PLAIN_PERIOD_S

    def _show(self, progress: Progress, elapsed_s: float) -> None:
        if self.manner.json:
            self._write_object("progress", _progress_fields(progress, elapsed_s))
        elif self._err.isatty():
            width = shutil.get_terminal_size().columns
            self._err.write("\r\x1b[K" + progress_text(progress, elapsed_s, width, self._words))
            self._err.flush()
            self._drawn = True
        else:
            self._err.write(progress_text(progress, elapsed_s, 200, self._words) + "\n")

    def _clear(self) -> None:
        if self._drawn:
            self._err.write("\r\x1b[K")
            self._err.flush()
            self._drawn = False

    def _lines(self, stream: IO[str], lines: Iterable[Line]) -> None:
        with self._lock:
            self._clear()
            for line in lines:
                stream.writelines(text + "\n" for text in laid_out(line, self._words))

    def _object(self, event: str, fields: Mapping[str, Any]) -> None:
        with self._lock:
            self._write_object(event, fields)

    def _write_object(self, event: str, fields: Mapping[str, Any]) -> None:
        import orjson

        line = orjson.dumps({"event": event, **_speakable(fields)}).decode()
        self._out.write(line + "\n")
        self._out.flush()


def path_fields(path: bytes) -> dict[str, str]:
    """``path`` as text; when it is no UTF-8, escaped, and exactly in ``path_base64``."""
    try:
        return {"path": path.decode()}
    except UnicodeDecodeError:
        import base64

        return {
            "path": shown(path),
            "path_base64": base64.b64encode(path).decode(),
        }


def _progress_fields(progress: Progress, elapsed_s: float) -> dict[str, Any]:
    left_s = seconds_left(progress, elapsed_s)
    return {
        "elapsed_s": round(elapsed_s, 1),
        "left_s": None if left_s is None else round(left_s, 1),
        "files_done": progress.files_done,
        "files_total": progress.files_total,
        "bytes_done": progress.bytes_done,
        "bytes_total": progress.bytes_total,
        "current": shown(progress.current),
    }


def _speakable(value: Any) -> Any:
    """The value with what UTF-8 cannot carry escaped in its texts: bytes of names that were none."""
    if isinstance(value, str):
        return value if value.isascii() else safe(value)
    if isinstance(value, Mapping):
        return {_speakable(name): _speakable(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_speakable(each) for each in value]
    return value
