"""The repository format: keys, sealed files, snapshots, locks, and reading a vault through places.

What may not enter: sockets, files, processes, threads, databases; places, clocks and randomness are
passed in.
"""
