"""eSIM: what operators sell, the codes they give out, and the chip that holds the profiles.

What may not enter: how a chip is reached (notou.card), where anything is kept (notou.jobs).
"""
