"""The catalogue as this device has it: the files that come with Notou, then the person's own.

What may not enter: what a file may say (notou.esim.catalogue).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date

from notou.disk.atomic import write_new
from notou.disk.private import make_private
from notou.disk.regular import open_regular, regular_files
from notou.errors import UsageError
from notou.esim.catalogue.merging import merge, without_strays
from notou.esim.catalogue.reading import MOST_FILE_BYTES, read_catalogue
from notou.esim.catalogue.records import Catalogue
from notou.esim.catalogue.shipped import shipped_files
from notou.esim.catalogue.table import catalogues_of
from notou.events import Note, Report
from notou.jobs.folders import catalogue_folder
from notou.sentence import Sentence, say
from notou.shown import shown
from notou.words.system import system_reason

SUFFIX = b".toml"
MOST_OWN_FILES = 200


def load_catalogue(today: date, report: Report) -> Catalogue:
    """All there is; what is wrong with an own file is told, and the rest of it counts."""
    shipped, _ = _shipped(today)
    own = [(shown(path), data) for path, data in own_files()]
    catalogue, faults = _added(shipped, own, today)
    for fault in faults:
        report(Note(fault))
    return catalogue


def check_files(files: Sequence[str], today: date) -> tuple[Catalogue, list[Sentence]]:
    """What the files hold and all that is wrong with them; with none named, the shipped and the person's own.

    UsageError when a file cannot be read.
    """
    shipped, faults = _shipped(today)
    if not files:
        own = [(shown(path), data) for path, data in own_files()]
        catalogue, more = _added(shipped, own, today)
        return catalogue, faults + more
    named = [(shown(os.fsencode(file)), read_file(file)) for file in files]
    held = [read_catalogue(data, name, today).catalogue for name, data in named]
    return merge(held), _added(shipped, named, today)[1]


def _shipped(today: date) -> tuple[Catalogue, list[Sentence]]:
    return _added(Catalogue(), shipped_files(), today)


def _added(
    known: Catalogue, files: Sequence[tuple[str, bytes]], today: date
) -> tuple[Catalogue, list[Sentence]]:
    """``known`` and what the files (name, content) hold beside it; the faults of the files."""
    readings = [(name, read_catalogue(data, name, today)) for name, data in files]
    everything = merge([known, *(reading.catalogue for _, reading in readings)])
    kept, faults = [known], []
    for name, reading in readings:
        whole, strays = without_strays(reading.catalogue, name, everything)
        kept.append(whole)
        faults += [*reading.faults, *strays]
    return merge(kept), faults


def own_files() -> list[tuple[bytes, bytes]]:
    """(path, content) of the person's own files, by name. UsageError where one cannot be read."""
    entries = [each.path for each in regular_files(catalogue_folder()) if each.name.endswith(SUFFIX)]
    return [(path, _content(path)) for path in sorted(entries)[:MOST_OWN_FILES]]


def _content(path: bytes) -> bytes:
    try:
        with open(open_regular(path), "rb") as file:
            return file.read(MOST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(shown(path), error) from error


def own_folder() -> str:
    """Where the person's own files are looked for."""
    return shown(catalogue_folder())


def import_table(file: str, today: date, *, replace: bool) -> tuple[list[str], list[Sentence]]:
    """Turn a CSV table into own catalogue files, one a country; returns their paths, or what is wrong.

    Nothing is written when anything is wrong. UsageError when files cannot be read or written, or an earlier
    import of this name is there that was not to be replaced.
    """
    named = shown(os.fsencode(file))
    tables, faults = catalogues_of(read_file(file), named, today)
    known = load_catalogue(today, lambda _: None)
    faults = faults or _added(known, [(named, data) for data in tables.values()], today)[1]
    if faults:
        return [], faults
    stem = os.path.splitext(os.path.basename(os.fsencode(file)))[0]
    paths = {_path(stem, country): data for country, data in tables.items()}
    _write(paths, replace=replace)
    return [shown(path) for path in paths], []


def _path(stem: bytes, country: str) -> bytes:
    return os.path.join(catalogue_folder(), b"%s.%s%s" % (stem, country.lower().encode(), SUFFIX))


def _write(paths: Mapping[bytes, bytes], *, replace: bool) -> None:
    for path in paths:
        if os.path.lexists(path) and not replace:
            raise UsageError(say("{file} is there already; with --replace it is replaced.", file=shown(path)))
    try:
        make_private(catalogue_folder())
        for path, data in paths.items():
            write_new(path, data)
    except OSError as error:
        raise UsageError(
            say("{folder} cannot be written: {reason}.", folder=own_folder(), reason=system_reason(error))
        ) from error


def read_file(file: str) -> bytes:
    """At most one byte more than a catalogue may have. UsageError where it cannot be read."""
    try:
        with open(file, "rb") as opened:
            return opened.read(MOST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(shown(os.fsencode(file)), error) from error


def _unreadable(file: str, error: Exception) -> UsageError:
    reason = system_reason(error) if isinstance(error, OSError) else str(error)
    return UsageError(say("The catalogue file {file} cannot be read: {reason}.", file=file, reason=reason))
