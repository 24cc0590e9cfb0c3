"""A simulated eUICC that follows SGP.22 version 2: test support, never part of the product.

What may not enter: Notou's LPA and its codecs, which this chip is there to judge.
"""
