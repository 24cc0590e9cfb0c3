"""What a SIM card holds: its file system over the card seam, its phone book and messages, and writing them
back.

What may not enter: one kind of reader (notou.card), vaults and places (notou.jobs), the profiles of an
eSIM chip (notou.esim).
"""
