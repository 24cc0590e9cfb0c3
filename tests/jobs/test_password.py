"""Which source gives the password, and that a source which was named never passes over silently."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from notou.errors import UsageError
from notou.jobs.password import MOST_PASSWORD_BYTES, PasswordOptions, find_password

NOTHING_SAID = PasswordOptions()


def find(
    options: PasswordOptions = NOTHING_SAID,
    environ: dict[str, str] | None = None,
    ring: dict[str, str] | None = None,
    typed: str | None = None,
) -> str:
    return find_password(options, environ or {}, ["/a", "/b"], (ring or {}).get, lambda: typed)


def prints(text: str) -> str:
    return shlex.join([sys.executable, "-c", f"print({text!r})"])


def test_options_go_before_the_environment_that_before_the_keyring_and_that_before_asking(
    tmp_path: Path,
) -> None:
    file = tmp_path / "password"
    file.write_text("from file\n")
    other = tmp_path / "other"
    other.write_text("from the environment's file\n")
    command = prints("from the environment's command")
    environ = {
        "NOTOU_PASSWORD": "from the environment",
        "NOTOU_PASSWORD_FILE": str(other),
        "NOTOU_PASSWORD_COMMAND": command,
    }
    ring = {"/b": "from the keyring"}
    assert find(PasswordOptions(file=str(file)), environ, ring, "typed") == "from file"
    assert find(PasswordOptions(command=prints("from command")), environ, ring, "typed") == "from command"
    assert find(environ=environ, ring=ring, typed="typed") == "from the environment"
    del environ["NOTOU_PASSWORD"]
    assert find(environ=environ, ring=ring, typed="typed") == "from the environment's file"
    del environ["NOTOU_PASSWORD_FILE"]
    assert find(environ=environ, ring=ring, typed="typed") == "from the environment's command"
    assert find(ring=ring, typed="typed") == "from the keyring"
    assert find(typed="typed") == "typed"


def test_white_space_and_a_byte_order_mark_around_a_password_in_a_file_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"\xef\xbb\xbf two words \r\n")
    assert find(PasswordOptions(file=str(file))) == "two words"


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe", b"x" * (MOST_PASSWORD_BYTES + 1)])
def test_a_file_that_holds_no_password_is_an_error_though_others_could_give_one(
    content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="password file"):
        find(PasswordOptions(file=str(file)), {"NOTOU_PASSWORD": "other"})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="/no/such/file"):
        find(environ={"NOTOU_PASSWORD_FILE": "/no/such/file"})


@pytest.mark.parametrize(("command", "sentence"), [
    ("/no/such/program", "cannot be run: No such file"),
    ("false", "failed with exit code 1"),
    ("true", "is empty"),
    ("'unclosed", "a quote that is not closed"),
    ("", "The password command is empty"),
    ("true \0", "holds what no command can"),
])  # fmt: skip
def test_a_command_that_gives_no_password_is_an_error(command: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        find(PasswordOptions(command=command))


def test_a_command_is_run_without_a_shell() -> None:
    assert find(PasswordOptions(command=prints("$HOME;`id`"))) == "$HOME;`id`"


def test_file_and_command_together_are_refused() -> None:
    with pytest.raises(UsageError, match="keep one"):
        find(PasswordOptions(file="a", command="b"))


def test_without_any_source_the_sentence_names_the_ways() -> None:
    with pytest.raises(UsageError, match="NOTOU_PASSWORD"):
        find()
