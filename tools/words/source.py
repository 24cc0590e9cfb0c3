"""Which texts of the source a person may meet: templates of say and say_count, help, docstrings of commands.

What may not enter: catalogues; what is wrong with a text.
"""

from __future__ import annotations

import ast
import errno
import inspect
import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from notou.words.system import USUAL

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "src" / "notou"
KERNEL = ROOT / "native" / "src"
FACTS_IN_SENTENCES = ("name", "title", "role", "notes", "sold_at", "truth", "evidence")

CLICK = (
    "Usage:", "Options", "Positional arguments", "Commands", "Show this message and exit.",
    "default: {default}", "required", "No such option: {name}", "No such option {name!r}.",
    "No such command {name!r}.", "Missing command.", "Missing argument", "Missing option",
    "Missing parameter", "Missing {param_type}", "Missing parameter: {param_name}",
    "Choose from:\n\t{choices}", "Invalid value: {message}", "Invalid value for {param_hint}: {message}",
    "Option {name!r} does not take a value.", "{value!r} is not a valid {number_type}.",
)  # fmt: skip
"""click's own words that Notou's commands can bring up, as click 8.1 to 8.5 have them."""

CLICK_COUNTED = (
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
)


@dataclass(frozen=True)
class Text:
    """One text, in its forms for one and for many where it counts, and the file it stands in."""

    one: str
    many: str | None
    file: str

    @property
    def id(self) -> str | tuple[str, str]:
        """As Babel names a message."""
        return self.one if self.many is None else (self.one, self.many)


def all_texts() -> Iterator[Text]:
    """Everything a person may meet."""
    for path in sorted(PROGRAM.rglob("*.py")):
        yield from python_texts(ast.parse(path.read_text()), _name(path))
    for path in sorted(KERNEL.rglob("*.rs")):
        yield from rust_texts(path.read_text(), _name(path))
    for path in sorted(PROGRAM.glob("esim/catalogue/data/*.toml")):
        yield from fact_texts(tomllib.loads(path.read_text()), _name(path))
    yield from (Text(one, None, "click") for one in CLICK)
    yield from (Text(one, many, "click") for one, many in CLICK_COUNTED)
    yield from system_texts()


def python_texts(tree: ast.AST, file: str) -> Iterator[Text]:
    """The texts of one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            if text := ast.get_docstring(node):
                yield Text(text, None, file)
        elif isinstance(node, ast.Assign):
            yield from (Text(line, None, file) for line in _of_table(node))
        elif isinstance(node, ast.Call):
            yield from (Text(one, many, file) for one, many in _of_call(node))


def rust_texts(source: str, file: str) -> Iterator[Text]:
    """The templates of the kernel's ``say!``."""
    program = re.sub(r"^\s*//.*$", "", source.partition("#[cfg(test)]")[0], flags=re.MULTILINE)
    for match in re.finditer(r'say!\s*\(\s*"((?:[^"\\]|\\.)*)"', program, re.DOTALL):
        text = re.sub(r"\\\n\s*", "", match[1])
        yield Text(text.replace('\\"', '"').replace("\\\\", "\\"), None, file)


def fact_texts(table: object, file: str) -> Iterator[Text]:
    """What a file of the eSIM catalogue says in sentences, alone or as the ``value`` of a table."""
    if isinstance(table, list):
        for each in table:
            yield from fact_texts(each, file)
    elif isinstance(table, dict):
        for name, value in table.items():
            if name in FACTS_IN_SENTENCES:
                yield from (
                    Text(text.replace("{", "{{").replace("}", "}}"), None, file) for text in _of_fact(value)
                )
            yield from fact_texts(value, file)


def _of_fact(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _of_fact(each)
    elif isinstance(value, dict) and "value" in value:
        yield value["value"]


def system_texts() -> Iterator[Text]:
    """The system's usual reasons, as they stand alone and inside a sentence."""
    for number in USUAL:
        for text in dict.fromkeys((os.strerror(number), os.strerror(number).lower())):
            yield Text(text, None, f"errno/{errno.errorcode[number]}")


def _of_call(call: ast.Call) -> Iterable[tuple[str, str | None]]:
    texts = [_literal(argument) for argument in call.args]
    match called(call):
        case "say" if texts and texts[0] is not None:
            yield texts[0], None
        case "say_count" if len(texts) > 2 and texts[1] is not None:
            yield texts[1], texts[2]
    for keyword in call.keywords:
        if keyword.arg == "help" and (text := _literal(keyword.value)):
            yield inspect.cleandoc(text), None


def _of_table(assignment: ast.Assign) -> Iterator[str]:
    """The lines of help of a table COMMANDS: name → (module, line)."""
    if [getattr(each, "id", "") for each in assignment.targets] == ["COMMANDS"]:
        yield from (row[1] for row in ast.literal_eval(assignment.value).values())


def called(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_command(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(each, ast.Call) and called(each) in ("command", "group")
        for each in function.decorator_list
    )


def _literal(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
