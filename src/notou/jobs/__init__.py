"""The use cases. The only place that builds concrete objects: stores from locations, vaults from passwords.

One module a use case. What may not enter: printing, exit codes, options as a command line names them.
"""
