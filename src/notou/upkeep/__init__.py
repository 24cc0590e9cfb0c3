"""Keeping a vault well: forgetting, pruning, checking, repairing, healing, its keys and its figures.

What may not enter: printing, prompting, the building of stores from locations (that is jobs'). Every
room takes what it works on and answers with typed results; long work tells of itself by events.
"""
