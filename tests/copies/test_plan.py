"""The plan brings every copy to the union of all, packs first."""

from __future__ import annotations

from notou.copies.holdings import SENT_KINDS, Holdings
from notou.copies.plan import Step, plan_for
from notou.model import FileKind, ObjectName


def holding(**kinds: dict[str, int]) -> Holdings:
    return Holdings({kind: kinds.get(kind.name.lower(), {}) for kind in SENT_KINDS})


def test_what_one_copy_lacks_is_sent_packs_then_indexes_then_snapshots() -> None:
    full = holding(snapshot={"s": 1}, index={"i": 2}, pack={"p": 3, "q": 4})
    steps = plan_for(1, [full, holding(pack={"q": 4})])
    assert [step.name for step in steps] == [
        ObjectName(FileKind.PACK, "p"),
        ObjectName(FileKind.INDEX, "i"),
        ObjectName(FileKind.SNAPSHOT, "s"),
    ]
    assert plan_for(0, [full, holding(pack={"q": 4})]) == []


def test_where_sizes_differ_both_copies_are_looked_at_the_larger_source_first() -> None:
    copies = [holding(pack={"p": 3}), holding(pack={"p": 9})]
    name = ObjectName(FileKind.PACK, "p")
    assert plan_for(0, copies) == [Step(name, 9, (1, 0), 3)]
    assert plan_for(1, copies) == [Step(name, 9, (1, 0), 9)]


def test_a_failed_copy_is_no_source() -> None:
    assert plan_for(0, [holding(), None]) == []
