"""Bringing things back: what snapshots hold (browse, diff), one item as a stream (dump), and restoring.

What may not enter: choosing snapshots (vault.selection), opening vaults and places (jobs).
"""
