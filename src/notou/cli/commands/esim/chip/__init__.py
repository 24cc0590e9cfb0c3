"""notou esim chip: the chip in a reader, its profiles and what its operators are told.

What may not enter: any command; each has a module of its own here.
"""

from __future__ import annotations

from notou.cli.lazy import LazyGroup

COMMANDS = {
    "info": ("esim.chip.info", "Tell what the chip says of itself."),
    "profiles": ("esim.chip.profiles", "List the profiles on the chip, and which numbers can be reached."),
    "enable": ("esim.chip.switch", "Make a profile the one in use."),
    "disable": ("esim.chip.switch", "Take a profile out of use."),
    "rename": ("esim.chip.rename", "Give a profile a name of your own."),
    "download": ("esim.chip.download", "Install a profile from an activation code."),
    "delete": ("esim.chip.delete", "Delete a profile from the chip, for good."),
    "notifications": ("esim.chip.notifications", "Show what operators are still to be told, and tell them."),
    "discover": ("esim.chip.discover", "Ask a discovery server what waits for this chip."),
    "roots": ("esim.chip.roots", "Show and change which servers are trusted."),
}

chip = LazyGroup(COMMANDS, name="chip", help="Manage the profiles on an eSIM chip in a reader or modem.")
