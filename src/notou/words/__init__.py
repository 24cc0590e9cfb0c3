"""Sentences in the language of the person who reads them.

What may not enter: anything of the program beyond errors and sentences; terminals.
"""
