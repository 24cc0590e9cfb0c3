"""How a chip, its profiles and its notifications stand in lines and in JSON; numbers hidden unless revealed.

What may not enter: reading a chip.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from notou.cli.layout import Line, Table
from notou.cli.secret_numbers import secret, secret_fields
from notou.cli.text import printable, size_text
from notou.esim.lpa.steps import Preview
from notou.esim.lpa.telling import Told
from notou.esim.roots import KNOWN_ROOTS, Root
from notou.esim.sgp22.metadata import Metadata, ProfileClass, Rule
from notou.esim.sgp22.notifications import Notification
from notou.esim.sgp22.profiles import Profile
from notou.esim.wallet.entry import Entry
from notou.esim.wallet.identifiers import number_text
from notou.jobs.chip import ChipReport
from notou.jobs.chip_wallet import entry_of
from notou.sentence import Sentence, say


def chip_fields(report: ChipReport, reveal: bool) -> dict[str, Any]:  # noqa: FBT001 - the command's flag
    """What a chip says of itself, for a JSON line."""
    info = report.info
    return {
        **secret_fields("eid", report.eid, reveal=reveal),
        "default_server": report.addresses.default_server or None,
        "discovery_server": report.addresses.discovery_server or None,
        "sgp22_version": info.sgp22_version if info else None,
        "firmware_version": info.firmware_version if info else None,
        "free_bytes": info.free_bytes if info else None,
        "trusted_roots": list(info.trusted_roots) if info else [],
    }


def chip_lines(report: ChipReport, reveal: bool) -> Iterator[str]:  # noqa: FBT001 - the command's flag
    """What a chip says of itself, for people."""
    yield say("The chip's number (EID): {eid}", eid=secret(report.eid, reveal=reveal))
    info = report.info
    if info is not None:
        yield say(
            "SGP.22 version: {version}; firmware: {firmware}",
            version=info.sgp22_version,
            firmware=info.firmware_version,
        )
        if info.free_bytes is not None:
            yield say("Room left for profiles: {size}", size=size_text(info.free_bytes))
        for root in info.trusted_roots:
            yield say("It trusts servers under: {root}", root=KNOWN_ROOTS.get(root, root))
    if report.addresses.default_server:
        yield say("Server without a code: {server}", server=printable(report.addresses.default_server))
    if report.addresses.discovery_server:
        yield say("Discovery server: {server}", server=printable(report.addresses.discovery_server))


def profile_fields(profile: Profile, entry: Entry | None, *, reveal: bool) -> dict[str, Any]:
    """One profile for a JSON line; ``entry``: what the wallet knows of it."""
    return {
        **secret_fields("iccid", profile.iccid, reveal=reveal),
        "enabled": profile.enabled,
        "nickname": profile.nickname or None,
        "name": profile.name or None,
        "provider": profile.provider or None,
        "class": profile.profile_class,
        "network": profile.operator or None,
        "number": entry.number or None if entry else None,
        "wallet_entry": entry.id if entry else None,
    }


def profile_lines(profiles: Sequence[Profile], entries: Sequence[Entry], *, reveal: bool) -> list[Line]:
    """A table of profiles, and which numbers are reachable; or that there is none."""
    if not profiles:
        return [say("There is no profile on this chip.")]
    rows = [_row(each, entry_of(entries, each.iccid), reveal=reveal) for each in profiles]
    heads = [say("Name"), say("Provider"), say("State"), say("Number"), "ICCID"]
    return [Table(heads, rows), *reachable_lines(profiles, entries)]


def _row(profile: Profile, entry: Entry | None, *, reveal: bool) -> list[str]:
    return [
        printable(profile.called),
        printable(profile.provider),
        say("enabled") if profile.enabled else say("disabled"),
        printable(number_text(entry.number)) if entry and entry.number else "",
        secret(profile.iccid, reveal=reveal),
    ]


def reachable_lines(profiles: Sequence[Profile], entries: Sequence[Entry]) -> Iterator[Sentence]:
    """Which numbers can be reached now: a chip has one profile in use at a time."""
    for profile in sorted(profiles, key=lambda each: not each.enabled):
        entry = entry_of(entries, profile.iccid)
        yield _reachable(profile, number_text(entry.number) if entry and entry.number else "")
    if not any(profile.enabled for profile in profiles):
        yield say("No profile is in use, so no number of this chip can be reached.")


def _reachable(profile: Profile, number: str) -> Sentence:
    name = printable(profile.called)
    if profile.enabled:
        if number:
            return say("{number} ({name}) can be reached now.", number=number, name=name)
        return say("The number of {name} can be reached now.", name=name)
    if number:
        return say("{number} ({name}) cannot be reached while it is disabled.", number=number, name=name)
    return say("The number of {name} cannot be reached while it is disabled.", name=name)


def preview_fields(preview: Preview, reveal: bool) -> dict[str, Any]:  # noqa: FBT001 - the command's flag
    """A profile that is offered, for a JSON line."""
    metadata = preview.metadata
    return {
        **secret_fields("iccid", metadata.iccid, reveal=reveal),
        "server": preview.server,
        "name": metadata.name,
        "provider": metadata.provider,
        "class": metadata.profile_class,
        "network": metadata.operator or None,
        "may_be_disabled": Rule.NOT_DISABLED not in metadata.rules,
        "may_be_deleted": Rule.NOT_DELETED not in metadata.rules,
    }


def preview_lines(preview: Preview, reveal: bool) -> Iterator[str]:  # noqa: FBT001 - the command's flag
    """A profile that is offered, for people, before they agree."""
    metadata = preview.metadata
    yield say(
        "{server} offers the profile {name} of {provider}.",
        server=printable(preview.server),
        name=printable(metadata.name),
        provider=printable(metadata.provider),
    )
    yield say("ICCID: {iccid}", iccid=secret(metadata.iccid, reveal=reveal))
    if metadata.operator:
        yield say("Network: {network}", network=metadata.operator)
    yield from _rule_lines(metadata)


def _rule_lines(metadata: Metadata) -> Iterator[Sentence]:
    if metadata.profile_class == ProfileClass.TEST:
        yield say("It is a profile for tests, not for calls.")
    if metadata.profile_class == ProfileClass.PROVISIONING:
        yield say("It is a profile that serves only to fetch others.")
    if Rule.NOT_DISABLED in metadata.rules:
        yield say(
            "Beware: once enabled it may not be disabled, so no other profile of the chip could be used."
        )
    if Rule.NOT_DELETED in metadata.rules:
        yield say("Beware: it may not be deleted from the chip again.")


def notification_fields(notification: Notification, *, reveal: bool) -> dict[str, Any]:
    """One notification for a JSON line."""
    return {
        "number": notification.number,
        "operation": notification.event,
        "server": notification.address,
        **secret_fields("iccid", notification.iccid, reveal=reveal),
    }


_EVENTS = {
    "install": say("installed"),
    "enable": say("enabled"),
    "disable": say("disabled"),
    "delete": say("deleted"),
}


def notification_row(notification: Notification, *, reveal: bool) -> list[str]:
    """One notification for a table."""
    return [
        str(notification.number),
        _EVENTS[notification.event],
        printable(notification.address),
        secret(notification.iccid, reveal=reveal),
    ]


def told_fields(told: Told, *, reveal: bool) -> dict[str, Any]:
    """What operators were told, for a JSON line."""
    return {
        "sent": [notification_fields(each, reveal=reveal) for each in told.sent],
        "kept": [
            {**notification_fields(each, reveal=reveal), "reason": str(error)} for each, error in told.kept
        ],
    }


def told_lines(told: Told) -> Iterator[Sentence]:
    """What operators could not be told, and what to do about it; nothing where all went well."""
    for notification, error in told.kept:
        yield say(
            "{server} was not told of this yet: {reason}",
            server=printable(notification.address),
            reason=error.args[0],
        )
    if told.kept:
        yield say("Run 'notou esim chip notifications --send' when there is a network.")


def root_fields(root: Root) -> dict[str, Any]:
    """A trusted root for a JSON line."""
    return {
        "key_id": root.key_id,
        "subject": root.subject,
        "known_as": root.known_as or None,
        "fingerprint_sha256": root.fingerprint,
        "valid_until": root.valid_until.date().isoformat(),
        "for_tests": root.is_for_tests,
    }


def root_line(root: Root) -> Sentence:
    """A trusted root for people."""
    return say(
        "{name}, key {key_id}, valid until {day}",
        name=printable(root.known_as or root.subject),
        key_id=root.key_id,
        day=root.valid_until.date().isoformat(),
    )
