"""The catalogue of operators, plans and names: small, kept by hand, every fact with its source and its day.

What may not enter: the network. Nothing is looked up, so nothing shown is newer than its file says.
"""
