"""Both kernels offer what _native.pyi declares: every name, every method, every argument."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import notou.kernel
import notou.kernel.reference
from notou.errors import UsageError
from notou.sentence import Sentence

if TYPE_CHECKING:
    from types import ModuleType

STUB = ast.parse(Path(notou.kernel.__file__).with_name("_native.pyi").read_text(encoding="utf-8"))
FUNCTIONS = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef)}
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
METHODS = [
    (name, method)
    for name, node in CLASSES.items()
    for method in node.body
    if isinstance(method, ast.FunctionDef)
]
# Names of types: they exist for the type checker alone.
ALIASES = {"CutRule", "ItemFault", "Placement"}


def arguments(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args]


def test_the_stub_still_declares_everything_these_tests_look_for() -> None:
    assert sorted(CLASSES) == ["Directory", "Index", "Listing", "PackCheck", "Target", "Usage", "Writer"]
    assert {"seal", "cut", "open_blobs", "list_directories"} <= set(FUNCTIONS)
    assert len(METHODS) > 40


def test_the_reference_exports_the_stubs_names_and_no_others() -> None:
    declared = {*FUNCTIONS, *CLASSES, *ALIASES, "KERNEL_NAME"}
    assert set(notou.kernel.reference.__all__) == declared


def test_the_package_passes_on_every_name() -> None:
    for name in {*FUNCTIONS, *CLASSES, "KERNEL_NAME"}:
        assert hasattr(notou.kernel, name), name


def test_a_kernel_says_which_it_is(kernel: ModuleType) -> None:
    assert kernel.__name__.rpartition(".")[2].strip("_") == kernel.KERNEL_NAME


def test_an_error_of_a_kernel_keeps_what_its_sentence_was_made_of(kernel: ModuleType) -> None:
    with pytest.raises(UsageError) as raised:
        kernel.seal(bytes(3), b"plain")
    told = str(raised.value)
    assert isinstance(told, Sentence)
    assert (told.template, told.values) == (
        "A key is {wanted} bytes, not {count}.",
        {"wanted": 64, "count": 3},
    )


def test_a_fault_of_one_item_keeps_the_systems_reason_as_a_sentence(kernel: ModuleType) -> None:
    [told] = kernel.list_directories([(b"/nowhere/at all", None)])
    assert isinstance(told, Sentence)
    reason = told.values["reason"]
    assert isinstance(reason, Sentence)
    assert reason.template == "no such file or directory"


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_functions_take_the_arguments_declared(kernel: ModuleType, name: str) -> None:
    found = inspect.signature(getattr(kernel, name))
    assert list(found.parameters) == arguments(FUNCTIONS[name])


@pytest.mark.parametrize(("owner", "method"), METHODS, ids=lambda part: getattr(part, "name", part))
def test_methods_take_the_arguments_declared(kernel: ModuleType, owner: str, method: ast.FunctionDef) -> None:
    found = getattr(getattr(kernel, owner), method.name)
    is_property = any(isinstance(mark, ast.Name) and mark.id == "property" for mark in method.decorator_list)
    if is_property or method.name in ("__init__", "__len__"):
        return  # no signature of their own in a compiled class; the tests of behaviour use them all
    assert list(inspect.signature(found).parameters) == arguments(method)
