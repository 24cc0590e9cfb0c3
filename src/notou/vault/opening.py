"""From places and a password to the master key and the config they share.

What may not enter: reading anything beyond keys and config.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from notou.errors import (
    DamagedError,
    NotFoundError,
    NoVaultError,
    StoreError,
    UsageError,
    WrongPasswordError,
)
from notou.model import CONFIG_NAME, FileKind, ObjectName
from notou.sentence import say, say_all, say_in_turn
from notou.vault.config import MOST_CONFIG_BYTES, Config, open_config
from notou.vault.keys import (
    MOST_KEY_FILE_BYTES,
    MOST_KEYS_TRIED,
    MasterKey,
    key_cost,
    open_key_file,
    opens_with,
)
from notou.vault.places import Objects

Note = Callable[[str], None]


@dataclass(slots=True)
class _Found:
    """What one place yields before any password is tried."""

    place: Objects
    config: bytes | None = None
    keys: dict[str, bytes] = field(default_factory=dict)
    untried: int = 0  # keys beyond those


def open_with_password(places: Sequence[Objects], password: str, note: Note) -> tuple[MasterKey, Config]:
    """The master key and config; errors as Vault.open says. ``note`` hears what is wrong with one place."""
    found = _look(places, note)
    master = _unlock(found, password, note)
    return master, _agree(found, master, password, note)


def _look(places: Sequence[Objects], note: Note) -> list[_Found]:
    """What each place that is a vault yields. NoVaultError when none is."""
    found: list[_Found] = []
    problems: list[str] = []
    for place in places:
        try:
            key_ids = [key_id for key_id, _ in place.list(FileKind.KEY)]
            keys = _read_keys(place, key_ids[:MOST_KEYS_TRIED], note)
            here = _Found(place, keys=keys, untried=len(key_ids[MOST_KEYS_TRIED:]))
            here.config = _read_config(place)
        except StoreError as error:
            problems.append(str(error))
            continue
        if here.config is None:
            problems.append(say("There is no vault at {place}: it has no config.", place=place.location))
        if here.keys or here.config is not None:
            found.append(here)
    if all(here.config is None for here in found):
        raise NoVaultError(say_in_turn(problems) if problems else say("No place was named."))
    for problem in problems:
        note(problem)
    return found


def _read_config(place: Objects) -> bytes | None:
    try:
        return place.get(CONFIG_NAME, most=MOST_CONFIG_BYTES)
    except NotFoundError:
        return None
    except DamagedError:
        return b""  # there, but not to be read: opening it says so


def _read_keys(place: Objects, key_ids: Sequence[str], note: Note) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for key_id in key_ids:
        try:
            keys[key_id] = place.get(ObjectName(FileKind.KEY, key_id), most=MOST_KEY_FILE_BYTES)
        except (DamagedError, NotFoundError) as error:
            note(str(error))
    return keys


def _unlock(found: Sequence[_Found], password: str, note: Note) -> MasterKey:
    """The master key of the first key file that opens with the password and fits a config."""
    damage: list[str] = []
    keys = _cheapest_first(found)
    for named, data in keys:
        try:
            master = open_key_file(data, password)
        except WrongPasswordError:
            continue
        except DamagedError as error:
            damage.append(say("{key} is damaged: {error}", key=named, error=str(error)))
            continue
        if any(_opens(other, master) for other in found):
            _note_all(damage, note)
            _note_other_passwords([here for here in found if data not in here.keys.values()], password, note)
            return master
        damage.append(
            say(
                "{key} opens, but no config opens with it: that is damaged, or another vault's.",
                key=named,
            )
        )
    raise _no_key(found, damage, len(keys))


def _note_other_passwords(found: Sequence[_Found], password: str, note: Note) -> None:
    """Say which places this password alone would not open: nobody should learn it on the day of need."""
    for here in found:
        if here.keys and not any(opens_with(data, password) for data in here.keys.values()):
            note(
                say(
                    "The password opens no key at {place}: that copy has another one. With that, 'notou "
                    "key passwd --to {place}' changes it.",
                    place=here.place.location,
                )
            )


def _cheapest_first(found: Sequence[_Found]) -> list[tuple[str, bytes]]:
    """Every different key file, named; dear ones last, so that strangers' cost the true one no time."""
    distinct: dict[bytes, str] = {}
    for here in found:
        for key_id, data in here.keys.items():
            distinct.setdefault(
                data, say("The key {key} at {place}", key=key_id[:8], place=here.place.location)
            )
    return sorted(((named, data) for data, named in distinct.items()), key=lambda each: _cost(each[1]))


def _cost(data: bytes) -> int:
    try:
        return key_cost(data)
    except DamagedError:
        return 0  # opening it says so


def _no_key(found: Sequence[_Found], damage: Sequence[str], tried: int) -> DamagedError | WrongPasswordError:
    places = say_all([here.place.location for here in found])
    if len(damage) == tried:
        if damage:
            return DamagedError(say_in_turn(damage))
        return DamagedError(say("There is no key at {places}: the vault cannot be opened.", places=places))
    sentence = say("The password opens no key of the vault at {places}; try another.", places=places)
    if untried := sum(here.untried for here in found):
        sentence = say(
            "{wrong} {untried} more keys there were not tried: remove those nobody knows from its keys "
            "folder.",
            wrong=sentence,
            untried=untried,
        )
    return WrongPasswordError(sentence)


def _agree(found: Sequence[_Found], master: MasterKey, password: str, note: Note) -> Config:
    """The config that all places share. UsageError when one holds another vault."""
    opened = [
        (here, open_config(master, here.config)) for here in found if _opens(here, master) and here.config
    ]
    if not opened:
        raise DamagedError(say("The vault's config does not open with its key: it is damaged."))
    first, config = opened[0]
    for here, other in opened[1:]:
        if other.id != config.id:
            raise _two_vaults(first, here)
    for here in found:
        if _opens(here, master):
            continue
        # the same key file makes it the same vault, whose config was lost; else it is another's. Whoever
        # writes to a place can put the other's keys there: what is whole by itself is a vault by itself
        if not here.keys.keys() & first.keys.keys() or _is_whole(here, password):
            raise _two_vaults(first, here)
        note(say("The config at {place} is missing or damaged; repair the vault.", place=here.place.location))
    return config


def _is_whole(here: _Found, password: str) -> bool:
    """Whether a key of the place opens its config."""
    for data in here.keys.values():
        with suppress(DamagedError, WrongPasswordError):
            if _opens(here, open_key_file(data, password)):
                return True
    return False


def _two_vaults(first: _Found, second: _Found) -> UsageError:
    return UsageError(
        say(
            "{place} and {other} hold different vaults; name copies of one vault.",
            place=first.place.location,
            other=second.place.location,
        )
    )


def _opens(here: _Found, master: MasterKey) -> bool:
    try:
        open_config(master, here.config or b"")
    except DamagedError:
        return False
    return True


def _note_all(sentences: Sequence[str], note: Note) -> None:
    for sentence in sentences:
        note(sentence)
