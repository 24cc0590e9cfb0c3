"""The local profile assistant: which message goes to chip and server when, and what is done when one fails.

Each procedure is a table of states that is fed events and gives actions (``steps``). What may not enter:
input or output; ``driver`` carries actions out over what it is handed.
"""
