"""One module a group of commands; each is imported when one of its commands is called.

What may not enter: anything that two commands share (cli/options.py, cli/screen.py, cli/text.py).
"""
