"""Notifications leave the chip when their server has them, and not before."""

from __future__ import annotations

from notou.errors import ServerUnavailableError
from notou.jobs.chip import enable_profile, read_notifications, tell_operators
from tests.esim.lpa.desk import Desk
from tests.esim.lpa.test_switching import AWAY, HOME, fill


def switch_offline(desk: Desk) -> None:
    fill(desk)
    desk.dp.site.faults.http_status = 503
    with desk.hand() as hand:
        enable_profile(hand, AWAY)
    desk.dp.site.faults.http_status = None


def test_what_waited_is_sent_and_removed_and_only_what_was_chosen(desk: Desk) -> None:
    switch_offline(desk)
    with desk.hand() as hand:
        waiting = read_notifications(hand.chip)
        assert [(each.number, each.event, each.iccid) for each in waiting] == [
            (1, "disable", HOME), (2, "enable", AWAY),
        ]  # fmt: skip
        assert [each.number for each in tell_operators(hand, lambda each: each.number == 2).sent] == [2]
        assert [each.number for each in read_notifications(hand.chip)] == [1]
        tell_operators(hand, lambda _: True)
        assert read_notifications(hand.chip) == ()
    assert [function for function, _ in desk.dp.site.asked] == ["handleNotification"] * 4


def test_an_answer_that_stays_away_keeps_the_notification_and_it_may_come_twice(desk: Desk) -> None:
    switch_offline(desk)
    desk.dp.site.faults.cut_after = len(desk.dp.site.asked) + 1
    with desk.hand() as hand:
        told = tell_operators(hand, lambda _: True)
        assert [each.number for each in told.sent] == [2]
        assert [(each.number, type(error)) for each, error in told.kept] == [(1, ServerUnavailableError)]
        assert [each.number for each in tell_operators(hand, lambda _: True).sent] == [1]


def test_a_server_that_is_no_address_keeps_its_notification_and_the_others_go(desk: Desk) -> None:
    switch_offline(desk)
    first = desk.card.chip.memory.notifications[0]
    strange = first.metadata.replace(b"localhost:", b"local/ost:")
    desk.card.chip.memory.notifications[0] = type(first)(first.number, first.event, strange, first.signed)
    with desk.hand() as hand:
        told = tell_operators(hand, lambda _: True)
    assert ([each.number for each in told.sent], len(told.kept)) == ([2], 1)
    assert "no address" in str(told.kept[0][1])
