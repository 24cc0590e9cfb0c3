"""How a phone book of a USIM is put together, from its reference file (PBR, 3GPP TS 31.102, 4.4.2.1).

What may not enter: reading cards, what the records mean (entry).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from notou.sim.image import NumberList, kind_of
from notou.sim.tlv import objects

_BESIDE, _INDEXED, _POINTED = 0xA8, 0xA9, 0xAA
_ADN, _INDEX, _EXTENSION = 0xC0, 0xC1, 0xC2
_KINDS = {0xC3: "sne", 0xC4: "anr", 0xCA: "email"}
_NOT_READ = ""  # the role of no file
_MOST_LINKS = 16


class Link(NamedTuple):
    """One file that a phone book names."""

    template: int
    tag: int
    file_id: int
    short_id: int


class Assembly(NamedTuple):
    """A phone book's list, and the file of each of its roles."""

    numbers: NumberList
    files: dict[str, int]  # file ids by role


def links(record: bytes) -> Iterator[Link]:
    """The files that one record of the reference file names."""
    for template, value in objects(record):
        for tag, place in objects(value):
            if len(place) >= 2:
                yield Link(template, tag, int.from_bytes(place[:2], "big"), place[2] if len(place) > 2 else 0)


def assembly(record: bytes, number: int) -> Assembly | None:
    """The list that one record makes, as the card's ``number``-th; None when it names no file of entries."""
    named = list(links(record))[:_MOST_LINKS]
    main = _single(named, _ADN)
    if main is None:
        return None
    files = {f"adn.{number}": main.file_id}
    beside = _roles(named, _BESIDE, number, files)
    indexed = _roles(named, _INDEXED, number, files)
    extension = _role(named, _EXTENSION, f"ext1.{number}", files)
    index = _role(named, _INDEX, f"iap.{number}", files) if indexed else None
    return Assembly(NumberList(f"adn.{number}", extension, beside, index, indexed, main.short_id), files)


def _roles(named: list[Link], template: int, number: int, files: dict[str, int]) -> tuple[str, ...]:
    """Roles of the files of one template. An indexed file that is not understood keeps its place in the
    index.
    """
    roles: list[str] = []
    for link in named:
        if link.template != template:
            continue
        kind = _KINDS.get(link.tag)
        if kind is not None:
            role = f"{kind}.{number}.{sum(kind_of(each) == kind for each in files)}"
            files[role] = link.file_id
            roles.append(role)
        elif template == _INDEXED:
            roles.append(_NOT_READ)
    return tuple(roles)


def _role(named: list[Link], tag: int, role: str, files: dict[str, int]) -> str | None:
    link = _single(named, tag)
    if link is None:
        return None
    files[role] = link.file_id
    return role


def _single(named: list[Link], tag: int) -> Link | None:
    return next((link for link in named if link.tag == tag), None)
