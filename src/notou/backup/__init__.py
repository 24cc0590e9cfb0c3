"""One scan of the sources into the vault: list, compare, sort by class, store, build trees, publish.

What may not enter: how bytes are read, cut and sealed (kernel), how objects travel (copies), opening
vaults and places (jobs).
"""
