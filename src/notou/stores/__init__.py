"""Places that hold a vault's objects: one module a kind of place, behind the seam in base.

What may not enter: the vault's format, keys, any idea of what the bytes mean; retry, throttle and
metering, which are wrappers of the seam.
"""
