"""The command line: options in, words and exit codes out.

What may not enter: decisions about backups; those are the use cases' in notou.jobs.
"""
