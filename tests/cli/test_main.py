"""How a command line ends: codes, sentences, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from notou import errors
from notou.cli import exit_codes
from notou.cli.main import COMMANDS, program
from tests.support.program import Program


@pytest.fixture
def notou(tmp_path: Path) -> Program:
    return Program(tmp_path / "home")


def test_every_error_has_the_exit_code_that_restic_gives_it() -> None:
    codes = {
        errors.NotouError: 1,
        errors.UsageError: 1,
        errors.DamagedError: 1,
        errors.StoreFullError: 1,
        errors.IncompleteError: 3,
        errors.NoVaultError: 10,
        errors.LockedError: 11,
        errors.WrongPasswordError: 12,
        KeyboardInterrupt: 130,
    }
    assert {kind: exit_codes.exit_code(kind("x")) for kind in codes} == codes
    assert set(codes.values()) | {0} == set(exit_codes.MEANINGS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_the_table_leads_to_it(name: str) -> None:
    command = program().get_command(program().make_context("notou", [], resilient_parsing=True), name)
    assert command is not None
    assert command.name == name
    assert command.help


def test_every_command_answers_to_help(notou: Program) -> None:
    for name in COMMANDS:
        assert f"Usage: notou {name}" in notou.run(name, "--help").stdout


@pytest.mark.parametrize("words", [[], ["repair"], ["key"], ["esim"]])
def test_who_names_no_command_gets_the_help(words: list[str], notou: Program) -> None:
    done = notou.run(*words, expect=1)
    assert done.stdout + done.stderr == notou.run(*words, "--help").stdout


@pytest.mark.parametrize("words", [[], ["backup"], ["repair"], ["repair", "heal"]])
def test_help_may_be_asked_for_as_a_command(words: list[str], notou: Program) -> None:
    assert notou.run("help", *words).stdout == notou.run(*words, "--help").stdout


@pytest.mark.parametrize("words", [["repair"], ["key"]])
def test_help_cuts_no_sentence(words: list[str], notou: Program) -> None:
    commands = notou.run(*words, "--help").stdout.partition("Commands:")[2]
    assert commands
    assert "..." not in commands


def test_the_version_and_the_list_of_commands_import_no_command() -> None:
    for words in (["--version"], ["--help"]):
        script = (
            "import sys; from notou.cli.main import run; run(sys.argv[1:]);"
            "slow = ('notou.jobs', 'notou.kernel', 'keyring', 'orjson', 'platformdirs');"
            "print([name for name in sys.modules if name.startswith(slow)])"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["bakup"], 1, "No such command 'bakup'. Did you mean 'backup'?"),
        (["snapshot", "--from", "x"], 1, "Did you mean 'snapshots'?"),
        (["hlep"], 1, "Did you mean 'help'?"),
        (["help", "bakup"], 1, "Did you mean 'backup'?"),
        (["snapshots", "--to", "x"], 1, "'notou snapshots' takes --from, not --to. Try"),
        (["backup", "x", "--from=x"], 1, "'notou backup' takes --to, not --from. Try"),
        (["completion"], 1, "Choose from: bash, zsh, fish. Try"),
        (["fly"], 1, "No such command 'fly'."),
        (["snapshots"], 1, "Missing option '--from'."),
        (["snapshots", "--from"], 1, "requires an argument"),
        (["snapshots", "--from", "{tmp}/nothing"], 10, "{tmp}/nothing"),
        (["restore", "latest", "--from", "{tmp}/nothing", "--target", "{tmp}/out"], 10, "{tmp}/nothing"),
        (["init", "--to", "s3://bucket"], 1, "s3:"),
        (["init", "--to", "{tmp}/a", "--to", "{tmp}/b/../a"], 1, "named twice"),
        (["find", "x", "--newer", "yesterday", "--from", "{tmp}"], 1, "is no time"),
    ],
)
def test_bad_input_ends_in_one_sentence(
    words: list[str], code: int, sentence: str, notou: Program, tmp_path: Path
) -> None:
    done = notou.run(*(word.format(tmp=tmp_path) for word in words), expect=code)
    assert sentence.format(tmp=tmp_path) in done.stderr
    assert done.stderr.startswith("notou: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_wrong_password_ends_with_12(notou: Program, tmp_path: Path) -> None:
    notou.run("init", "--to", tmp_path / "vault")
    stranger = Program(tmp_path / "home", password="guessed")
    assert "password" in stranger.run("snapshots", "--from", tmp_path / "vault", expect=12).stderr


def test_output_that_nobody_reads_any_more_ends_quietly(notou: Program, tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    notou.home.mkdir()
    done = subprocess.run(
        notou.argv("--help"), env=notou.env, stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)
    assert done.stderr == ""


def test_doctor_says_which_kernel_runs_and_what_the_reference_costs(notou: Program) -> None:
    env = {**notou.env, "NOTOU_KERNEL": "reference"}
    notou.home.mkdir()
    done = subprocess.run(notou.argv("doctor", "--json"), env=env, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (found["event"], found["kernel"]) == ("doctor", "reference")
    assert "times slower" in found["advice"][0]


def with_setting(notou: Program, name: str, value: str, *words: str) -> tuple[int, str, str]:
    notou.home.mkdir(exist_ok=True)
    done = subprocess.run(
        notou.argv(*words), env={**notou.env, name: value}, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_an_outbox_that_cannot_be_made_is_named_by_what_needs_it_and_by_doctor(
    notou: Program, tmp_path: Path
) -> None:
    notou.run("init", "--to", tmp_path / "v")
    (tmp_path / "file").touch()
    for bad in ("/proc/nope", str(tmp_path / "file" / "below")):
        for words in (
            ("backup", str(tmp_path / "file"), "--to", str(tmp_path / "v")),
            ("prune", "--to", str(tmp_path / "v")),
        ):
            code, _, said = with_setting(notou, "NOTOU_OUTBOX", bad, *words)
            assert code == 1
            assert said.startswith(f"notou: The outbox {bad}, which NOTOU_OUTBOX names, cannot be written")
        assert f"The outbox {bad}" in with_setting(notou, "NOTOU_OUTBOX", bad, "doctor")[1]
    assert "All is well" in with_setting(notou, "NOTOU_OUTBOX", str(tmp_path / "o"), "doctor")[1]
    assert not (tmp_path / "o").exists()


def test_a_kernel_that_is_none_is_told(notou: Program) -> None:
    code, _, said = with_setting(notou, "NOTOU_KERNEL", "refrence", "doctor")
    assert (code, said) == (
        1,
        "notou: NOTOU_KERNEL is “refrence”; it may be native or reference, or unset.\n",
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(shell: str, notou: Program) -> None:
    assert "_NOTOU_COMPLETE" in notou.run("completion", shell).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("backup x", "file"),
        ("backup --to x", "dir"),
        ("snapshots --from x", "dir"),
        ("snapshots --password-file x", "file"),
        ("backup --exclude-file x", "file"),
        ("restore latest --target x", "dir"),
        ("ls latest x", "file"),
        ("dump latest x", "file"),
        ("key add --new-password-file x", "file"),
    ],
)
def test_the_shell_completes_files_where_one_is_named(
    shell: str, words: str, kind: str, notou: Program
) -> None:
    notou.home.mkdir()
    typed = ["notou", *words.split()]
    words_so_far = typed[:-1] if shell == "fish" else typed
    said = subprocess.run(
        [notou.argv()[0]],
        env={
            **notou.env,
            "_NOTOU_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": " ".join(words_so_far),
            "COMP_CWORD": "x" if shell == "fish" else str(len(typed) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    fields = said.strip().replace(",", "\n").splitlines()
    assert fields[:2] == [kind, "x"]


def test_closed_streams_are_no_fault_and_no_file_gets_their_numbers(notou: Program) -> None:
    shell = f'exec "{notou.argv()[0]}" "$@" <&- >&- 2>&-'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", "init", "--to", notou.home / "v"], env=notou.env, check=False
    )
    assert done.returncode == 0
    assert "locks" in os.listdir(notou.home / "v")


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_closes_interrupts_unless_nohup_asked_otherwise(*, ignored: bool) -> None:
    script = (
        "import os, signal, sys; from notou.cli import main\n"
        "class Busy:\n    def __init__(self, words): pass\n"
        "    def main(self, *a, **k): os.kill(os.getpid(), signal.SIGHUP); return 0\n"
        f"signal.signal(signal.SIGHUP, signal.{'SIG_IGN' if ignored else 'SIG_DFL'})\n"
        "main.program = Busy; sys.exit(main.run([]))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert done.returncode == (exit_codes.DONE if ignored else exit_codes.INTERRUPTED)
