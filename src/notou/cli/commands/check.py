"""notou check: is a vault whole?"""

from __future__ import annotations

from typing import Any

import click

from notou.cli.layout import Line, Row
from notou.cli.options import Access, reading, speaking
from notou.cli.screen import Screen
from notou.cli.text import printable, size_text
from notou.errors import UsageError
from notou.jobs.check import check_copies
from notou.sentence import say, say_count
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
        raise click.UsageError(say("--read-data reads everything already; keep one of the two."))
    options = CheckOptions(read=Subset() if read_data else read_data_subset)
    result = check_copies(access.locations, access.password(), options, screen.report)
    for copy in result.copies:
        for finding in copy.faults:
            screen.warn("fault", _finding_fields(finding), *_finding_lines(finding))
        for finding in copy.notes:
            screen.detail(*_finding_lines(finding))
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


def _finding_lines(finding: Finding) -> list[Line]:
    first = say("{place}: {sentence}", place=finding.location, sentence=finding.text)
    return [first, *(Row([say("hits {path}", path=cost)], indent="    ") for cost in finding.costs)]


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
    return say(
        "{place}: {faults} in {snapshots}, {packs}; {read}.",
        place=copy.location,
        faults=_faults_text(len(copy.faults)),
        snapshots=say_count(copy.snapshots, "{count} snapshot", "{count} snapshots"),
        packs=say_count(copy.packs, "{count} pack", "{count} packs"),
        read=_read_text(copy, options),
    )


def _faults_text(faults: int) -> str:
    return say_count(faults, "{count} fault", "{count} faults") if faults else say("no fault")


def _read_text(copy: CopyCheck, options: CheckOptions) -> str:
    if copy.packs_read:
        return say("{size} read", size=size_text(copy.bytes_read))
    if options.read is None:
        return say("content not read")
    return say("no pack is in the part to read, so none was read")
