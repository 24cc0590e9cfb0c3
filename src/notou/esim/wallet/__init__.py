"""The wallet of eSIM codes: what a code says, what is kept with it, what becomes of it. Pure.

What may not enter: vaults, chips, screens; reading pictures.
"""
