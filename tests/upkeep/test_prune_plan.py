"""The plan of a prune, by itself."""

from __future__ import annotations

import pytest

from notou.errors import DamagedError, UsageError
from notou.model import BlobKind, Lane
from notou.upkeep.prune_plan import MaxUnused, PackUse, PruneOptions, PrunePlan, plan_prune

MIB = 1 << 20
USUAL = PruneOptions()


def _use(
    name: int, used: int, unused: int, kind: BlobKind = BlobKind.DATA, lane: int = Lane.PHOTOS
) -> PackUse:
    return PackUse(
        bytes([name]) * 32, lane, kind, int(used > 0), used, int(unused > 0), unused, used + unused + 77
    )


def _plan(uses: list[PackUse], options: PruneOptions = USUAL) -> PrunePlan:
    return plan_prune(
        uses, {use.id: use.file_bytes for use in uses}, {"i": frozenset(u.id for u in uses)}, options
    )


def test_unused_packs_go_and_wholly_used_ones_stay() -> None:
    whole, waste = _use(1, 9 * MIB, 0), _use(2, 0, 9 * MIB)
    plan = _plan([whole, waste])
    assert (plan.keep, plan.delete, plan.repack) == (frozenset([whole.id]), frozenset([waste.id]), ())
    assert plan.bytes_freed == 9 * MIB
    assert plan.rewrite_indexes == {"i"}


def test_a_vault_without_waste_is_left_alone() -> None:
    assert _plan([_use(1, 9 * MIB, 0), _use(2, 100, 0)]).nothing_to_do


def test_waste_within_the_limit_stays_and_beyond_it_the_most_wasteful_goes_first() -> None:
    little, much, clean = _use(1, 15 * MIB, MIB // 8), _use(2, 8 * MIB, 8 * MIB), _use(3, 16 * MIB, 0)
    plan = _plan([little, much, clean])
    assert [use.id for use in plan.repack] == [much.id]
    assert _plan([little, much, clean], PruneOptions(max_unused=MaxUnused())).nothing_to_do
    assert len(_plan([little, much, clean], PruneOptions(max_unused=MaxUnused(size_bytes=0))).repack) == 2


def test_the_bytes_repacked_are_bounded() -> None:
    uses = [_use(number, 8 * MIB, 8 * MIB) for number in range(1, 9)]
    assert len(_plan(uses, PruneOptions(max_repack_bytes=40 * MIB)).repack) == 2


def test_trees_with_waste_are_packed_anew_whatever_waste_is_allowed() -> None:
    plan = _plan([_use(1, 9 * MIB, 10, BlobKind.TREE)], PruneOptions(max_unused=MaxUnused()))
    assert len(plan.repack) == 1


def test_small_packs_are_joined_only_with_enough_of_their_lane_and_kind() -> None:
    few = [_use(number, 1000, 0, lane=Lane(number % 8)) for number in range(1, 25)]
    assert _plan(few).nothing_to_do
    assert len(_plan([_use(number, 1000, 0) for number in range(1, 11)]).repack) == 10


def test_a_needed_pack_at_no_copy_or_of_the_wrong_size_stops_the_prune() -> None:
    use = _use(1, MIB, 0)
    for listed in ({}, {use.id: use.file_bytes - 1}):
        with pytest.raises(DamagedError, match="Nothing was pruned"):
            plan_prune([use], listed, {}, USUAL)


def test_packs_no_index_names_go_and_unneeded_lost_ones_are_forgotten() -> None:
    lost = _use(1, 0, MIB)
    plan = plan_prune([lost], {b"x" * 32: 5}, {"i": frozenset([lost.id])}, USUAL)
    assert (plan.unreferenced, plan.lost, plan.delete) == ({b"x" * 32: 5}, frozenset([lost.id]), frozenset())


@pytest.mark.parametrize("text", ["", "5 %", "x", "101%", "-1", "5Q"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        MaxUnused.parse(text)


def test_limits_read_as_people_write_them() -> None:
    assert MaxUnused.parse("unlimited").bytes_allowed(10) == float("inf")
    assert MaxUnused.parse("50%").bytes_allowed(10) == 10
    assert MaxUnused.parse("2K").bytes_allowed(10) == 2048
