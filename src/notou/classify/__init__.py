"""Which class an item is of: by its name where that settles it, else by the first bytes of its content.

The table is small and asked once for every new file, so it is ours: the file type libraries answer
another question (which MIME type), from more of the file, thirty times slower.

What may not enter: reading files (the caller hands in the head), what is done with a class.
"""

from __future__ import annotations

from notou.classify.content import HEAD_BYTES, lane_by_content
from notou.classify.name import lane_by_name

__all__ = ["HEAD_BYTES", "lane_by_content", "lane_by_name"]
