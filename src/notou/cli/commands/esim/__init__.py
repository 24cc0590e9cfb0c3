"""notou esim: what is known of operators, and the codes, profiles and cards a person has.

What may not enter: any command; each has a module of its own here.
"""

from __future__ import annotations

from notou.cli.lazy import LazyGroup

COMMANDS = {
    "operators": ("esim.operators", "Tell which operators there are in a country."),
}

esim = LazyGroup(COMMANDS, name="esim", help="Know the operators, and keep the codes of eSIMs.")
