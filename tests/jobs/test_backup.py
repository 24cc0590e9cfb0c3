from __future__ import annotations

import os
from pathlib import Path

import pytest

from notou.backup.options import BackupOptions
from notou.errors import UsageError
from notou.jobs.backup import BackupRequest, back_up_paths
from notou.jobs.init import initialize
from notou.sources.excludes import ExcludeRules


@pytest.mark.parametrize("inside", ["", "data"])
def test_a_vault_is_not_backed_up_into_itself(tmp_path: Path, inside: str) -> None:
    vault, environ = tmp_path / "vault", {"NOTOU_OUTBOX": str(tmp_path / "outbox")}
    initialize([str(vault)], "password", environ, print)
    stored = sorted(vault.rglob("*"))
    request = BackupRequest([os.fsencode(vault / inside)], ExcludeRules(), BackupOptions())
    with pytest.raises(UsageError, match="belongs to the vault itself"):
        back_up_paths([str(vault)], "password", request, environ, print)
    assert sorted(vault.rglob("*")) == stored
