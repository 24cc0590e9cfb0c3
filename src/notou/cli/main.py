"""The program: its commands by name, and how errors become one sentence and an exit code.

What may not enter: imports that cost time before a command is known; any command's own work.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from notou import __version__
from notou.cli.complaints import complaint, help_asked_for
from notou.cli.exit_codes import DONE, FAILED, INTERRUPTED, exit_code
from notou.cli.language import click_speaks, translated
from notou.cli.lazy import LazyGroup
from notou.errors import NotouError, NoVaultError, UsageError
from notou.sentence import say
from notou.words.catalogue import ENGLISH_WORDS, Words
from notou.words.choice import asked_for, choose_language
from notou.words.system import system_reason

COMMANDS = {
    "init": ("init", "Make a new vault at one or more places."),
    "backup": ("backup", "Back up files and folders to every copy of a vault."),
    "snapshots": ("snapshots", "List the snapshots of a vault."),
    "ls": ("browse", "List what a snapshot holds."),
    "find": ("browse", "Find files in all snapshots by name."),
    "diff": ("diff", "Show what changed between two snapshots."),
    "dump": ("dump", "Write one file to standard output, or a folder as a tar archive."),
    "restore": ("restore", "Bring files back from a snapshot."),
    "check": ("check", "Verify that a vault is whole."),
    "repair": ("repair", "Mend what a check found."),
    "forget": ("forget", "Remove snapshots by a policy."),
    "prune": ("prune", "Free the room of what no snapshot needs."),
    "key": ("key", "List, add, remove and change the vault's passwords."),
    "stats": ("stats", "Show how much a vault holds."),
    "unlock": ("unlock", "Remove locks that dead processes left."),
    "trip": ("trip", "Plan the data of a trip, and what to do before it."),
    "esim": ("esim", "Know the operators, and keep the codes of eSIMs."),
    "sim": ("sim", "Read, keep and restore what a SIM card holds."),
    "doctor": ("doctor", "Tell how Notou runs on this machine."),
    "completion": ("completion", "Print the completion script for a shell."),
}


def program(words: Words = ENGLISH_WORDS) -> click.Group:
    """The ``notou`` command with all its subcommands, none of them imported yet; its help is in ``words``."""
    group = LazyGroup(
        COMMANDS,
        name="notou",
        help="Notou keeps your files encrypted in several places; each is an ordinary restic repository.",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        params=[
            click.Option(
                ["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
                help="Show the version and exit.",
            )
        ],
    )  # fmt: skip
    return translated(group, words)


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:  # noqa: FBT001 - click calls it so
    if asked:
        click.echo(f"notou {__version__}")
        ctx.exit()


def main() -> NoReturn:
    """Run the program with this process's arguments, and exit."""
    code = run(sys.argv[1:])
    try:
        sys.stderr.flush()
    except OSError:  # nobody listens; Python would try once more while exiting, and change the exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns its exit code. Errors are told on stderr in one sentence."""
    # A process asked to end goes the way of Ctrl-C, so that locks are released and counts stay true.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    _open_standard_streams()
    # Work makes and drops records by the hundred thousand, hardly any in cycles: looking for cycles after
    # every 700 of them took a tenth of a restore's time.
    gc.set_threshold(100_000)
    try:
        words = Words(choose_language(asked_for(arguments), os.environ))
    except UsageError as error:
        return _say(str(error), FAILED)
    with click_speaks(words.language):
        return _run_in(words, arguments)


def _run_in(words: Words, arguments: Sequence[str]) -> int:
    try:
        code = program(words).main(list(arguments), prog_name="notou", standalone_mode=False, obj=words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain once more while exiting.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        return _say(words(say("Interrupted; what was confirmed so far is kept.")), INTERRUPTED)
    except Exception as error:  # the last line of defence: no person sees a traceback
        if os.environ.get("NOTOU_DEBUG"):
            raise
        if (text := help_asked_for(error)) is not None:
            print(text, file=sys.stderr)  # noqa: T201 - as click would, had it the last word
            return exit_code(error)
        return _say(words(_sentence(error, words)), exit_code(error))
    return code if isinstance(code, int) else DONE


def _open_standard_streams() -> None:
    """Whoever started us with closed streams wants no output; no file of a vault may get their numbers."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the system takes no keyword
    os.close(descriptor)
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - open until the process ends
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr: a terminal may lack our letters


def _sentence(error: Exception, words: Words) -> str:
    if isinstance(error, click.UsageError):
        return complaint(error, words)
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, NoVaultError):
        return say("{error} If the place is right, 'notou init' makes a new vault there.", error=str(error))
    if isinstance(error, NotouError):
        return str(error)
    if isinstance(error, OSError):
        return _refusal(error)
    return say(
        "Notou met a fault of its own ({kind}: {error}); NOTOU_DEBUG=1 shows where.",
        kind=type(error).__name__,
        error=str(error),
    )


def _refusal(error: OSError) -> str:
    reason = system_reason(error)
    if not error.filename:
        return say("The system refused: {reason}.", reason=reason)
    return say("The system refused: {reason} ({path}).", reason=reason, path=os.fsdecode(error.filename))


def _say(sentence: str, code: int) -> int:
    from notou.cli.text import printable

    with suppress(OSError):
        print(f"notou: {printable(sentence)}", file=sys.stderr)  # noqa: T201 - the one place that speaks for errors
    return code
