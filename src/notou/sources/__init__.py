"""Where items come from. A folder is the first source.

What may not enter: classes, the vault, sending.
"""
