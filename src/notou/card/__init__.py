"""Reaching a smart card: a SIM, or the chip that holds eSIM profiles.

Each module is one way to carry commands to a card. What may not enter: what the commands mean
(notou.esim, notou.sim), vaults.
"""
