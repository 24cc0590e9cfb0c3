"""notou esim chip roots: which authorities are trusted to vouch for operators' servers."""

from __future__ import annotations

import click

from notou.cli.chip_shapes import root_fields, root_line
from notou.cli.groups import Group
from notou.cli.options import speaking
from notou.cli.places import FILE
from notou.cli.prompt import agrees
from notou.cli.screen import Screen
from notou.errors import UsageError
from notou.esim.roots import Root
from notou.jobs.esim_trust import distrust_root, roots_in, trust_roots, trusted_roots
from notou.sentence import Sentence, say


@click.group(cls=Group)
def roots() -> None:
    """Show and change which authorities are trusted to vouch for operators' servers."""


@roots.command("list")
@speaking
def list_all(screen: Screen) -> None:
    """List the trusted roots."""
    for root in trusted_roots():
        screen.result("root", root_fields(root), [root_line(root)])


@roots.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Do not ask about a root that is not known.")
@speaking
def add(file: str, yes: bool, screen: Screen) -> None:
    """Trust servers under the root certificates in FILE; a root that is not a known one is asked about."""
    agreed = [root for root in roots_in(file) if root.known_as or yes or agrees(_question(root))]
    if not agreed:
        raise UsageError(say("Nothing was added."))
    trust_roots(agreed)
    for root in agreed:
        screen.done("root_added", root_fields(root), [_added(root)])


def _question(root: Root) -> Sentence:
    if root.is_for_tests:
        return say("This root is for tests: anybody can make a server's certificate under it. Trust it?")
    return say(
        "“{name}” is not one of the GSMA's roots that Notou knows. Whoever has its key can pose as any "
        "operator. Its SHA-256 is {fingerprint}. Trust it?",
        name=root.subject, fingerprint=root.fingerprint,
    )  # fmt: skip


def _added(root: Root) -> Sentence:
    return say("Trusted from now on: {root}", root=root_line(root))


@roots.command()
@click.argument("key")
@speaking
def remove(key: str, screen: Screen) -> None:
    """Trust the root whose key identifier begins with KEY no longer."""
    root = distrust_root(key)
    screen.done("root_removed", root_fields(root), [say("No longer trusted: {root}", root=root_line(root))])
