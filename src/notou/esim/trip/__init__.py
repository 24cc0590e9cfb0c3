"""A trip planned ahead: how much data it needs, which plans would do, what to do before leaving. Pure.

What may not enter: clocks, vaults and files (they are looked at by notou.jobs), how a plan is shown.
"""
