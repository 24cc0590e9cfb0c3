"""The word that names a card reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from notou.errors import CardError, LockedError, UsageError
from notou.jobs.readers import open_card
from tests.card.test_socket import EchoCard
from tests.support.card_server import offered


def test_a_reader_is_held_by_one_at_a_time_and_the_environment_may_name_it(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with offered(EchoCard(), tmp_path / "card") as reader:
        with open_card(None, {**environ, "NOTOU_READER": reader}) as card:
            assert card.name == str(tmp_path / "card")
            with pytest.raises(LockedError), open_card(reader, environ):
                pytest.fail("two at once")
        (tmp_path / "link").symlink_to(tmp_path / "card")
        with (
            open_card(reader, environ),
            pytest.raises(LockedError),
            open_card(f"sim:{tmp_path}/link", environ),
        ):
            pytest.fail("two at once, by another name")


@pytest.mark.parametrize("word", ["usb", "modem", "sim:", "/dev/ttyUSB2"])
def test_a_word_that_names_no_reader_is_answered_with_the_words_that_do(word: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="pcsc:NAME"), open_card(word, {"XDG_RUNTIME_DIR": str(tmp_path)}):
        pytest.fail("no reader")


def test_a_modem_or_a_simulated_card_that_is_not_there_is_said(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with pytest.raises(UsageError), open_card(f"modem:{tmp_path}/none", environ):
        pytest.fail("no modem")
    with pytest.raises(CardError), open_card(f"sim:{tmp_path}/none", environ):
        pytest.fail("no card")
