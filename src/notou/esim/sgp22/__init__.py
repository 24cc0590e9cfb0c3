"""The messages of SGP.22 (version 2): what an LPA says to a chip (ES10) and to a server (ES9+, ES11).

Each module turns records into bytes or JSON fields and back. What may not enter: input or output, the
order of messages (notou.esim.lpa).
"""
