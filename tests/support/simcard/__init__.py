"""A SIM card made of the specifications alone: ETSI TS 102 221, 3GPP TS 31.102, TS 51.011, TS 23.040.

Of the program only the seam to a card is imported here, none of its codecs, so that both sides are held to
the same texts and not to each other.
"""
