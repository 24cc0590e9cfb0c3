"""notou esim: what is known of operators, and the codes, profiles and cards a person has.

What may not enter: any command; each has a module of its own here.
"""

from __future__ import annotations

from notou.cli.lazy import LazyGroup

COMMANDS = {
    "answer": ("esim.answer", "Tell whether the eSIM at hand has a backup, and what to do."),
    "operators": ("esim.operators", "Tell which operators there are in a country."),
    "plans": ("esim.plans", "Tell which plans are known in a country, and since when."),
    "ask": ("esim.ask", "Tell what a name from an article really is."),
    "catalogue": ("esim.catalogue", "Check files of operators and plans, and take in your own."),
    "add": ("esim.add", "Keep an activation code, encrypted, at every copy of a vault."),
    "list": ("esim.list", "List the entries of the wallet."),
    "show": ("esim.show", "Show an entry, and what to do when the phone is gone."),
    "edit": ("esim.edit", "Change what the wallet says of an entry."),
    "export": ("esim.export", "Write the wallet for paper, for programs, or a code as a picture."),
    "remove": ("esim.remove", "Take an entry out of the wallet, after asking."),
    "chip": ("esim.chip", "Manage the profiles on an eSIM chip."),
}

esim = LazyGroup(COMMANDS, name="esim", help="Know the operators, and keep the codes of eSIMs.")
