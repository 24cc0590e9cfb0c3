"""eSIM: who sells mobile data where, what a trip needs of it, and the codes and chips that give it.

What may not enter: the command line, where files of this device are kept (notou.jobs).
"""
