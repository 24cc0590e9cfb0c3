"""Finds sentences in the source that no catalogue can know: written without say.

What may not enter: texts that say makes; catalogues.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.words.source import PROGRAM, ROOT, called

_PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
_SAID = {"say", "say_count", "Sentence"}
_OF_THE_PROGRAM = {"AssertionError", "RuntimeError", "TypeError"}  # faults of its own, told as such
_SHOWN_BY = {"say": 0, "detail": 0, "warn": 2, "done": 2, "result": 2}  # Screen's methods: which argument
_FROM_EVENTS = {"Note": 0, "CopyFailed": 1, "ItemFailed": 1}
_FROM_CLICK = {"UsageError": 0, "BadParameter": 0, "ClickException": 0}

NO_PROSE = {
    "src/notou/classify/extensions.py",  # endings of file names
    "src/notou/kernel/goprint.py",  # a table of numbers
    "src/notou/cli/page.py",  # HTML
}
"""Files whose strings of words nobody is shown."""

NOT_SHOWN = {
    "not a regular file",  # a ValueError that callers turn into a sentence
    "a part ends before this header",  # a step of a state table
    "this is not what the format says",  # likewise
    "{} does not lead to {}",  # a fault of such a table
    "no year, month or day",  # as above
    "not now",  # a code
    "linear fixed",  # likewise
}


def bare_texts(tree: ast.Module, file: str) -> Iterator[tuple[int, str]]:
    """(line, text) of each literal a person would meet in English whatever their language."""
    passed = _passed_over(tree)
    for node in ast.walk(tree):
        if id(node) in passed:
            continue
        if isinstance(node, ast.Call):
            yield from ((node.lineno, text) for text in _handed_over(node))
            if _hides_its_template(node):
                yield node.lineno, ast.unparse(node)
        elif file not in NO_PROSE and (text := _text(node)) and _PROSE.search(text) and text not in NOT_SHOWN:
            yield getattr(node, "lineno", 0), text


def error_names() -> dict[str, int]:
    """The classes of notou.errors; each takes its sentence first."""
    tree = ast.parse((PROGRAM / "errors.py").read_text())
    return {node.name: 0 for node in tree.body if isinstance(node, ast.ClassDef)}


def program_modules() -> Iterator[tuple[str, ast.Module]]:
    """(name, tree) of the program's modules."""
    for path in sorted(PROGRAM.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


_ERRORS = error_names()


def _hides_its_template(call: ast.Call) -> bool:
    """Whether say or say_count is given a template that is no literal, so that no catalogue can have it."""
    name = getattr(call.func, "id", "")
    templates = {"say": call.args[:1], "say_count": call.args[1:3]}.get(name, [])
    return not all(isinstance(each, ast.Constant) for each in templates)


def _handed_over(call: ast.Call) -> Iterator[str]:
    """Literals given to what shows them; also those of one word, which no search for prose finds."""
    places = {**_FROM_EVENTS, **_FROM_CLICK, **_ERRORS}
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "screen":
        places = _SHOWN_BY
    place = places.get(called(call))
    if place is not None and len(call.args) > place:
        yield from _literals(call.args[place])


def _literals(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.List(elts) | ast.Tuple(elts):
            for each in elts:
                yield from _literals(each)
        case ast.IfExp(_, body, orelse):
            yield from _literals(body)
            yield from _literals(orelse)
        case ast.ListComp(elt) | ast.GeneratorExp(elt):
            yield from _literals(elt)
        case ast.BinOp(left, _, right):
            yield from _literals(left)
            yield from _literals(right)
        case ast.Constant() | ast.JoinedStr():
            text = _text(node)
            if text and re.search("[A-Za-z]", text):
                yield text


def _text(node: ast.AST) -> str:
    """What stands in a literal as it is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return ""


def _passed_over(tree: ast.Module) -> set[int]:
    """Docstrings, what say and help= are given, tables of commands, and the parts of longer literals."""
    passed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            passed.add(id(node.value))
        elif isinstance(node, ast.Call) and called(node) in _OF_THE_PROGRAM:
            passed.update(id(each) for each in node.args)
        elif isinstance(node, ast.Call) and called(node) in _SAID:
            passed.update(id(each) for each in node.args if isinstance(each, ast.Constant))
        elif isinstance(node, ast.keyword) and node.arg == "help":
            passed.add(id(node.value))
        elif isinstance(node, ast.Assign) and "COMMANDS" in (
            getattr(each, "id", "") for each in node.targets
        ):
            passed.update(id(each) for each in ast.walk(node.value))
        elif isinstance(node, ast.JoinedStr):
            passed.update(id(each) for each in node.values)
    return passed
