"""What the parties of SIM provisioning (SGP.22 version 2) share in the tests: encoding, keys, protection.

What may not enter: Notou's own codecs, which these are held against; one party's behaviour.
"""
