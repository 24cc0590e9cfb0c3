"""notou check: is a vault whole?"""

from __future__ import annotations

from typing import Any

import click

from notou.cli.options import Access, reading, speaking
from notou.cli.screen import Screen
from notou.cli.text import count_text, printable, size_text
from notou.errors import UsageError
from notou.jobs.check import check_copies
from notou.upkeep.check import CheckOptions
from notou.upkeep.findings import CopyCheck, Finding
from notou.upkeep.subset import Subset


def subset(text: str) -> Subset:
    """``5%``, ``1/7`` or ``500M``. For click's ``type=``."""
    try:
        return Subset.parse(text)
    except UsageError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--read-data", is_flag=True, help="Read and verify every byte.")
@click.option(
    "--read-data-subset", metavar="PART", type=subset, help="Read and verify a part: 5%, 500M, or 1/7 to 7/7."
)
@reading
@speaking
def check(read_data: bool, read_data_subset: Subset | None, access: Access, screen: Screen) -> None:
    """Verify every copy named: names, sizes, indexes, folders, and with --read-data all content."""
    if read_data and read_data_subset is not None:
        raise click.UsageError("--read-data reads everything already; keep one of the two.")
    options = CheckOptions(read=Subset() if read_data else read_data_subset)
    result = check_copies(access.locations, access.password(), options, screen.report)
    for copy in result.copies:
        for finding in copy.faults:
            screen.warn("fault", _finding_fields(finding), _finding_line(finding))
        for finding in copy.notes:
            screen.detail(_finding_line(finding))
        screen.done("checked", _copy_fields(copy), [_copy_line(copy, options)])
    result.require_clean()


def _finding_fields(finding: Finding) -> dict[str, Any]:
    return {
        "location": finding.location,
        "kind": finding.name.kind.value if finding.name else None,
        "id": finding.name.id if finding.name else None,
        "text": finding.text,
        "costs": [printable(cost) for cost in finding.costs],
    }


def _finding_line(finding: Finding) -> str:
    lines = [f"{printable(finding.location)}: {printable(finding.text)}"]
    return "\n".join([*lines, *(f"    hits {printable(cost)}" for cost in finding.costs)])


def _copy_fields(copy: CopyCheck) -> dict[str, Any]:
    return {
        "location": copy.location,
        "faults": len(copy.faults),
        "notes": [finding.text for finding in copy.notes],
        "snapshots": copy.snapshots,
        "packs": copy.packs,
        "packs_read": copy.packs_read,
        "bytes_read": copy.bytes_read,
    }


def _copy_line(copy: CopyCheck, options: CheckOptions) -> str:
    verdict = count_text(len(copy.faults), "fault") if copy.faults else "no fault"
    looked = f"{count_text(copy.snapshots, 'snapshot')}, {count_text(copy.packs, 'pack')}"
    return f"{printable(copy.location)}: {verdict} in {looked}; {_read_text(copy, options)}."


def _read_text(copy: CopyCheck, options: CheckOptions) -> str:
    if copy.packs_read:
        return f"{size_text(copy.bytes_read)} read"
    return "content not read" if options.read is None else "no pack is in the part to read, so none was read"
