"""Notou: encrypted backup for people on the move, in restic's own format."""

from __future__ import annotations

__version__ = "0.1.0"
