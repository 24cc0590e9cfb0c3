"""notou esim: what is known of operators, and the codes, profiles and cards a person has.

What may not enter: any command; each has a module of its own here.
"""

from __future__ import annotations

from notou.cli.lazy import LazyGroup

COMMANDS = {
    "operators": ("esim.operators", "Tell which operators there are in a country."),
    "plans": ("esim.plans", "Tell which plans are known in a country, and since when."),
    "ask": ("esim.ask", "Tell what a name from an article really is."),
    "chip": ("esim.chip", "Manage the profiles on an eSIM chip."),
    "catalogue": ("esim.catalogue", "Check files of operators and plans, and take in your own."),
}

esim = LazyGroup(COMMANDS, name="esim", help="Know the operators, and keep the codes of eSIMs.")
