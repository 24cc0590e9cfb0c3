"""What stores, outbox and the reference kernel alike ask of a file system.

What may not enter: names of objects, what files hold, the layout of a vault or an outbox.
"""
