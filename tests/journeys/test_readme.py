"""What the README says of the machine it needs is what the machine is asked for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUST = re.compile(r"Rust ([0-9]+\.[0-9]+) or newer")


def test_readme_and_ci_ask_for_the_rust_that_the_kernel_needs() -> None:
    needed = tomllib.loads((ROOT / "native/Cargo.toml").read_text())["package"]["rust-version"]
    for name in ("README.md", ".ci/run"):
        assert RUST.findall((ROOT / name).read_text(encoding="utf-8")) == [needed], name


def test_readme_asks_for_the_python_that_the_package_needs() -> None:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    asked = re.findall(r"Python ([0-9]+\.[0-9]+) or newer", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [f">={version}" for version in asked] == [needed]
