"""notou sim: what a SIM card holds.

What may not enter: any command; each has a module of its own here.
"""

from __future__ import annotations

from notou.cli.lazy import LazyGroup

COMMANDS = {
    "read": ("sim.read", "Show what a SIM card holds."),
    "save": ("sim.save", "Keep what a SIM card holds in the vault."),
    "restore": ("sim.restore", "Write kept contacts and messages back to a SIM card."),
}

sim = LazyGroup(COMMANDS, name="sim", help="Read, keep and restore what a SIM card holds.")
