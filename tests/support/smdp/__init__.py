"""Doubles of an SM-DP+ and an SM-DS that follow SGP.22 version 2: test support, never part of the product.

What may not enter: Notou's LPA and its codecs, which these servers are there to judge.
"""
