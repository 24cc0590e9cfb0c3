"""The outbox, what each copy holds, the plan of what goes where, and sending it.

What may not enter: the vault's format and keys. Objects here are names and bytes.
"""
