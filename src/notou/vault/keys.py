"""Key files: the master key, sealed under a password stretched by scrypt.

A key file is plain JSON (VAULT-FORMAT, Key file); its cost parameters come from outside and are bounded
before any work is done for them. What may not enter: where passwords come from, listing key files.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field

from notou import kernel
from notou.errors import DamagedError, LimitError, WrongPasswordError
from notou.kernel.gotext import go_json, rfc3339
from notou.sentence import say
from notou.vault.fields import JsonObject, number, parse_object, text, time

MOST_KEY_FILE_BYTES = 64 * 1024
MOST_KEYS_TRIED = 20  # of one place
_MOST_N = 2**20
_MOST_R = 32
_MOST_P = 32
_MOST_MEMORY = 256 * 1024 * 1024
_MOST_WORK = 2**24  # n · r · p: half a minute of an old phone; restic and rustic ask for 2**21 at most
_SALT_BYTES = 64

Random = Callable[[int], bytes]
"""``random(n)`` gives n bytes fit for keys, such as os.urandom."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """What seals every object of one vault: 32, 16 and 16 bytes."""

    encrypt: bytes = field(repr=False)
    mac_k: bytes = field(repr=False)
    mac_r: bytes = field(repr=False)

    @property
    def bytes64(self) -> bytes:
        """The three parts as the kernel takes them: encrypt ‖ k ‖ r."""
        return self.encrypt + self.mac_k + self.mac_r


@dataclass(frozen=True, slots=True)
class ScryptWork:
    """scrypt's cost: memory is 128 · n · r bytes, time grows with n · r · p."""

    n: int = 2**15
    r: int = 8
    p: int = 2

    def check(self) -> None:
        """LimitError when a key file asks for more than a person would wait or has memory for."""
        power_of_two = self.n >= 2 and self.n & (self.n - 1) == 0
        if not power_of_two or self.r < 1 or self.p < 1:
            raise DamagedError(say("The key file's scrypt parameters are not valid."))
        # each factor first: what stands in the file may be 2**63
        too_large = self.n > _MOST_N or self.r > _MOST_R or self.p > _MOST_P
        blocks = self.n * self.r
        if too_large or 128 * blocks > _MOST_MEMORY or blocks * self.p > _MOST_WORK:
            raise LimitError(say("The key file asks for more scrypt work than Notou accepts."))


NEW_KEY_WORK = ScryptWork()


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """Who made a key file, and when, as people see it in a list of keys. Not verified: it is not sealed."""

    username: str
    hostname: str
    created_ns: int  # 0 where the file does not say


def new_master_key(random: Random) -> MasterKey:
    """A fresh master key."""
    return MasterKey(random(32), random(16), random(16))


def create_key_file(
    password: str,
    master: MasterKey,
    *,
    username: str,
    hostname: str,
    created_ns: int,
    random: Random,
    work: ScryptWork = NEW_KEY_WORK,
) -> bytes:
    """The bytes of a key file that opens ``master`` with ``password``; its name is their SHA-256."""
    salt = random(_SALT_BYTES)
    halves = {"k": _base64(master.mac_k), "r": _base64(master.mac_r)}
    secret = go_json({"mac": halves, "encrypt": _base64(master.encrypt)}).encode()
    fields = {
        "created": rfc3339(created_ns),
        "username": username,
        "hostname": hostname,
        "kdf": "scrypt",
        "N": work.n,
        "r": work.r,
        "p": work.p,
        "salt": _base64(salt),
        "data": _base64(kernel.seal(_stretch(password, salt, work), secret)),
    }
    return go_json(fields).encode()


def open_key_file(data: bytes, password: str) -> MasterKey:
    """The master key.

    WrongPasswordError, DamagedError when malformed, LimitError when it asks for too much work.
    """
    fields = _parse(data)
    work = _work(fields)
    salt, sealed = _unbase64(fields, "salt"), _unbase64(fields, "data")
    try:
        secret = kernel.unseal(_stretch(password, salt, work), sealed)
    except DamagedError:
        raise WrongPasswordError(say("The password does not open this key.")) from None
    return _decode_master(secret)


def opens_with(data: bytes, password: str) -> bool:
    """Whether the key file opens with the password; a damaged one opens with none. As dear as opening."""
    try:
        open_key_file(data, password)
    except (DamagedError, WrongPasswordError):
        return False
    return True


def key_cost(data: bytes) -> int:
    """What trying a password on a key file costs, n · r · p of scrypt; errors as open_key_file's."""
    work = _work(_parse(data))
    return work.n * work.r * work.p


def key_info(data: bytes) -> KeyInfo:
    """What a key file says of itself, without opening it."""
    fields = _parse(data)
    created_ns = time(fields, "created") if text(fields, "created") else 0  # rustic leaves all three out
    return KeyInfo(text(fields, "username"), text(fields, "hostname"), created_ns)


def _parse(data: bytes) -> JsonObject:
    if len(data) > MOST_KEY_FILE_BYTES:
        raise LimitError(say("The key file is larger than any key file is."))
    return parse_object(data, say("The key file"))


def _work(fields: JsonObject) -> ScryptWork:
    if text(fields, "kdf") != "scrypt":
        raise DamagedError(say("The key file uses a key derivation other than scrypt."))
    work = ScryptWork(number(fields, "N"), number(fields, "r"), number(fields, "p"))
    work.check()
    return work


def _stretch(password: str, salt: bytes, work: ScryptWork) -> bytes:
    return kernel.scrypt(password.encode(errors="surrogateescape"), salt, work.n, work.r, work.p)


def _decode_master(secret: bytes) -> MasterKey:
    fields = parse_object(secret, say("The opened key"))
    mac = fields.get("mac")
    if not isinstance(mac, dict):
        raise DamagedError(say("The opened key has no MAC key."))
    master = MasterKey(_unbase64(fields, "encrypt"), _unbase64(mac, "k"), _unbase64(mac, "r"))
    if (len(master.encrypt), len(master.mac_k), len(master.mac_r)) != (32, 16, 16):
        raise DamagedError(say("The opened key's parts are not of the lengths they must be."))
    return master


def _base64(data: bytes) -> str:
    return base64.standard_b64encode(data).decode()


def _unbase64(fields: JsonObject, name: str) -> bytes:
    try:
        return base64.b64decode(text(fields, name), validate=True)
    except (binascii.Error, ValueError):
        raise DamagedError(say("The key's field “{name}” is not base64.", name=name)) from None
