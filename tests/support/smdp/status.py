"""How a server refuses: subject and reason codes (SGP.22 5.2.6), as an exception.

What may not enter: when it refuses.
"""

from __future__ import annotations

from typing import Any


class StatusError(Exception):
    """The function fails with this subject and this reason."""

    def __init__(self, subject: str, reason: str, message: str) -> None:
        super().__init__(message)
        self.subject, self.reason, self.message = subject, reason, message


def succeeded() -> dict[str, Any]:
    """Return the header of an answer that is well."""
    return {"functionExecutionStatus": {"status": "Executed-Success"}}


def failed(error: StatusError) -> dict[str, Any]:
    """Return the header of an answer that refuses."""
    code = {"subjectCode": error.subject, "reasonCode": error.reason, "message": error.message}
    return {"functionExecutionStatus": {"status": "Failed", "statusCodeData": code}}
