from __future__ import annotations

import os
import socket
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from notou.backup.options import BackupOptions
from notou.errors import UsageError
from notou.jobs.backup import BackupRequest, back_up_paths
from notou.jobs.init import initialize
from notou.sources.excludes import ExcludeRules
from notou.vault.locking import HeldLock, Holder, hold_lock


@pytest.mark.parametrize("inside", ["", "data"])
def test_a_vault_is_not_backed_up_into_itself(tmp_path: Path, inside: str) -> None:
    vault, environ = tmp_path / "vault", {"NOTOU_OUTBOX": str(tmp_path / "outbox")}
    initialize([str(vault)], "password", environ, print)
    stored = sorted(vault.rglob("*"))
    request = BackupRequest([os.fsencode(vault / inside)], ExcludeRules(), BackupOptions())
    with pytest.raises(UsageError, match="belongs to the vault itself"):
        back_up_paths([str(vault)], "password", request, environ, print)
    assert sorted(vault.rglob("*")) == stored


def test_a_snapshot_bears_the_name_that_was_asked_for_and_the_lock_this_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault, environ = tmp_path / "vault", {"NOTOU_OUTBOX": str(tmp_path / "outbox")}
    initialize([str(vault)], "password", environ, print)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "a.txt").write_text("a")
    holders: list[Holder] = []

    def noted(*given: Any, **also: Any) -> AbstractContextManager[HeldLock]:
        holders.append(given[2])
        return hold_lock(*given, **also)

    monkeypatch.setattr("notou.backup.publishing.hold_lock", noted)
    request = BackupRequest([os.fsencode(tmp_path / "home")], ExcludeRules(), BackupOptions(), host="boat")
    result = back_up_paths([str(vault)], "password", request, environ, lambda _: None)
    assert {one.hostname for one in result.snapshots} == {"boat"}
    assert [holder.hostname for holder in holders] == [socket.gethostname()]
