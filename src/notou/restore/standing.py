"""What is in the target already, and what becomes of it. Pure: it is told what was found.

What may not enter: looking or removing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from notou.restore.options import Overwrite
from notou.restore.portion import FinishItem
from notou.sentence import say

Found = tuple[str, int, int] | None
"""(kind letter, size, mtime_ns) of what stands at a path, as Target.stat tells."""

FOLDER_IN_THE_WAY = say(
    "A folder of this name is there already; move it away, or restore into another folder."
)


@dataclass(slots=True)
class Standing:
    """``same``: numbers of items that stay, their metadata to be set; ``untouched``: that stay as they are;
    ``in_the_way``: to be removed first; ``blocked``: faults, a folder stands there. ``kept_files``: how many
    of those that stay are files; links and nodes are not counted, whatever was asked."""

    same: set[int] = field(default_factory=set)
    untouched: set[int] = field(default_factory=set)
    in_the_way: list[bytes] = field(default_factory=list)
    blocked: dict[int, tuple[bytes, str]] = field(default_factory=dict)
    kept_files: int = 0

    @property
    def kept(self) -> set[int]:
        """Numbers of all items that are not written."""
        return self.same | self.untouched | self.blocked.keys()


def judge(items: Sequence[FinishItem], found: Sequence[Found], overwrite: Overwrite) -> Standing:
    """Decide about each item by what was found at its path."""
    standing = Standing()
    for number, (item, there) in enumerate(zip(items, found, strict=True)):
        if there is None:
            continue
        if overwrite is Overwrite.NEVER:
            standing.untouched.add(number)
            standing.kept_files += item[1] == "f"
        elif there[0] == "d":
            standing.blocked[number] = (item[0], FOLDER_IN_THE_WAY)
        elif overwrite is Overwrite.IF_CHANGED and _same(item, there):
            standing.same.add(number)
            standing.kept_files += 1
        else:
            standing.in_the_way.append(item[0])
    return standing


def _same(item: FinishItem, there: tuple[str, int, int]) -> bool:
    """Only content is worth sparing: links and nodes are made anew at no cost."""
    return item[1] == "f" == there[0] and item[2] == there[1] and item[7] == there[2]
