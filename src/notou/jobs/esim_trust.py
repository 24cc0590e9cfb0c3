"""Which roots of eSIM servers this device trusts: Notou's own, those added, and those named for one command.

What may not enter: certificates (notou.esim.roots), connections.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from notou.errors import UsageError
from notou.esim.es9 import HttpsServers, Trust
from notou.esim.roots import Root, add_root, kept_roots, read_roots, remove_root, shipped_roots
from notou.sentence import say
from notou.words.system import system_reason


@dataclass(frozen=True, slots=True)
class TrustOptions:
    """What the command line said: files of roots to trust this once, and whether web sites' roots count."""

    files: tuple[str, ...] = ()
    web_roots_too: bool = False


def roots_folder() -> bytes:
    """Where added roots are kept, below the user's configuration."""
    import platformdirs

    return os.fsencode(os.path.join(platformdirs.user_config_dir("notou"), "esim-roots"))


def trusted_servers(options: TrustOptions) -> HttpsServers:
    """Operators' servers, believed as the options and the added roots say. UsageError for a bad file."""
    named = [root for file in options.files for root in read_roots(file)]
    roots = (*trusted_roots(), *named)
    return HttpsServers(Trust(roots, options.web_roots_too), time.monotonic)


def trusted_roots() -> tuple[Root, ...]:
    """The roots that come with Notou, then those that were added on this device."""
    return (*shipped_roots(), *kept_roots(roots_folder()))


def roots_in(file: str) -> tuple[Root, ...]:
    """The roots a file holds, to be shown before they are added."""
    return read_roots(file)


def trust_roots(roots: Sequence[Root]) -> None:
    """Keep the roots; UsageError where the folder cannot be written."""
    try:
        for root in roots:
            add_root(roots_folder(), root)
    except OSError as error:
        raise UsageError(say("The root cannot be kept: {reason}.", reason=system_reason(error))) from error


def distrust_root(beginning: str) -> Root:
    """Forget the root whose key identifier begins so. NotFoundError when no single one was added."""
    return remove_root(roots_folder(), beginning)
