"""The kernel's interface. The Rust kernel (native/) and notou.kernel.reference both offer exactly this.

Bytes move here; decisions are made by the callers. Every function that works on many items takes
them as one batch, releases the GIL and uses the machine's cores. Keys are 64 bytes:
encryption 32 ‖ Poly1305-AES k 16 ‖ r 16. Ids are 32 raw bytes. Errors are those of notou.errors
(DamagedError, LimitError, StoreError, StoreFullError, UsageError); a fault of one item of a batch
is an entry of the answer, never an exception for the batch.
"""

from typing import final

from notou.model import BlobEntry, BlobPlace

KERNEL_NAME: str  # "native" or "reference"

def cpu_path() -> str:
    """The chunker's code path in use: "vaes512", "vaes256", "aes-ni", "neon", "portable"; "python" for the
    reference."""

def use_cpu_path(name: str) -> None:
    """Force one of the paths above, for tests that hold all to the same cuts. UsageError where this CPU
    lacks it."""

def cpu_paths() -> list[str]:
    """Every chunker path this CPU can run, best first."""

# ---------------------------------------------------------------- sealing

def seal(key: bytes, plain: bytes) -> bytes:
    """nonce 16 ‖ AES-256-CTR ciphertext ‖ Poly1305-AES MAC 16. The nonce is random, never zero."""

def unseal(key: bytes, sealed: bytes) -> bytes:
    """The plain bytes. DamagedError when shorter than 32 bytes, the nonce is zero or the MAC differs."""

def scrypt(password: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    """The 64 bytes that scrypt (RFC 7914) makes of a password; memory is 128 · n · r bytes.
    UsageError where it is not defined for n, r and p."""

def compress(plain: bytes, level: int) -> bytes:
    """One zstd frame with content size and no checksum."""

def decompress(data: bytes, most: int) -> bytes:
    """The content of one zstd frame; LimitError above ``most`` bytes (checked while streaming, whatever the
    header says), DamagedError when malformed."""

def open_blobs(key: bytes, data: bytes, base: int, entries: list[BlobEntry]) -> list[bytes | str]:
    """Open, decompress and verify blobs by id; ``data`` is the pack's bytes from offset ``base``.

    One answer per entry, in order: the plain bytes, or a sentence naming what is wrong.
    """

def read_header(key: bytes, tail: bytes, pack_size: int) -> list[BlobEntry]:
    """The entries of a pack's header; ``tail`` is the end of the pack (all of the header at least, at most
    the pack).

    DamagedError when the header does not open, does not parse, or does not cover the pack exactly.
    LimitError above 16 MiB of header.
    """

# ---------------------------------------------------------------- cutting

CutRule = tuple[str, int, int, int]
"""(kind, least, mask_bits, most), sizes in bytes. Kinds:
"content": content-defined, no cut below ``least``, a cut where the low ``mask_bits`` bits of the AES output
are zero, forced at ``most``;
"pages":   fixed pieces of ``least`` bytes (mask_bits, most unused = 0);
"records": content-defined as above, but only at the start of a line that begins with BEGIN:V (vCard,
iCalendar records), forced at ``most``;
"photo":   JPEG: metadata segments (everything before the first SOS/SOF-bearing image data, that is APPn/COM
segments) apart from the rest; HEIF/PNG/others: as documented in native/src/cut/photo.rs; image data whole
up to ``most``, cut at ``most``.
"""

def cut(rule: CutRule, cut_key: bytes, data: bytes) -> list[int]:
    """Lengths of the pieces ``data`` is cut into (sum = len(data); [] for b""). ``cut_key`` is 32 bytes.
    Same cuts as Writer.store makes of a file with these bytes."""

# ---------------------------------------------------------------- index

@final
class Index:
    """Which pack holds which blob: about 48 bytes a blob."""

    def __init__(self, lane_names: list[str]) -> None:
        """``lane_names[i]`` is the text of lane i in index files' "lane" field."""
    def load(self, plain: bytes) -> tuple[list[bytes], list[str]]:
        """Add an index file's JSON: (ids of the packs it names, a sentence for each pack left out). A pack
        already known is not added twice; one in which a blob is said to lie where none can, or to be larger
        than any, is left out whole.
        An absent or unknown "lane" means lane 255. DamagedError when malformed; nothing is added then."""
    def add_pack(self, pack_id: bytes, lane: int, entries: list[BlobEntry]) -> None: ...
    def encode(self, pack_ids: list[bytes], lane: int) -> bytes:
        """The JSON (newline at the end) of an index file that names just these packs:
        {"packs":[…],"lane":"photos"}; no "lane" when 255."""
    def adopt(self, pack_ids: list[bytes], lane: int) -> None:
        """Say to which lane packs of lane 255 belong; others keep theirs. NotFoundError if unknown."""
    def find(self, kind: int, blob_id: bytes) -> list[BlobPlace]:
        """Every place that holds the blob, in the order they were added; [] when none does."""
    def find_many(self, kind: int, ids: bytes) -> list[BlobPlace | None]:
        """The first place of each of the ids (32·n bytes)."""
    def packs(self) -> list[tuple[bytes, int, int, int]]:
        """(pack id, lane, number of blobs, sum of sealed lengths) of every pack."""
    def entries(self, pack_id: bytes) -> list[BlobEntry]:
        """The blobs of one pack by offset; NotFoundError when unknown."""
    def __len__(self) -> int:
        """Blobs, duplicates counted."""
    def memory_bytes(self) -> int: ...

# ---------------------------------------------------------------- folders

@final
class Listing:
    """The entries of a folder: of one tree, or of several lanes' trees merged. Takes about as much memory as
    the trees' JSON, which it keeps, whatever is in it.

    An entry is (raw name, number of the tree it is from, JSON of the node, subtrees). Where trees share a
    name, the entry is the first tree's. ``subtrees`` is None for what is no folder; else (number, id of the
    subtree) of every tree in which the name is a folder, the id b"" where the node has none. Of a node only
    name and type are known to be sound; its JSON is well-formed and parses to a small multiple of it."""

    def __init__(self, trees: list[tuple[int, bytes]]) -> None:
        """``trees``: (number, plain JSON), the one that wins first. DamagedError when one is malformed, has
        names that do not ascend strictly or could lead out of the folder, or a node larger than any
        file's."""
    def __len__(self) -> int:
        """Nodes of all trees; every position for ``window`` is below it."""
    def window(
        self, first: int, most: int, most_bytes: int, which: str
    ) -> tuple[int, list[tuple[bytes, int, bytes, list[tuple[int, bytes]] | None]]]:
        """(position after them, entries by name from position ``first`` on): at most ``most``, and none
        beyond the one that reaches ``most_bytes`` of JSON. ``which``: "all", "folders" or "others", of which
        none may be left, so that the list is empty."""
    def find(self, name: bytes) -> tuple[bytes, int, bytes, list[tuple[int, bytes]] | None] | None:
        """The entry of this raw name, if there is one."""

@final
class Usage:
    """Which blobs snapshots reach; for check, prune, stats and adoption."""

    def __init__(self, index: Index) -> None: ...
    def mark_tree(self, lane: int, tree_id: bytes) -> bool:
        """Mark a tree blob as used by a lane; False when it was marked for that lane before. A blob that no
        pack holds is
        remembered as missing. The mark falls on the copy in a pack of that lane where there is one, else
        lane 255, else any."""
    def mark_content(self, lane: int, plain: bytes) -> tuple[list[bytes], list[tuple[bytes, list[bytes]]]]:
        """Parse a tree's plain JSON, mark every data blob it names. Returns (ids of its subtrees, in order,
        [(raw name of a file, its missing data ids)]). DamagedError when the JSON is malformed."""
    def missing(self) -> list[tuple[int, bytes]]:
        """(kind, id) of every blob marked that no pack holds, ascending."""
    def packs(self) -> list[tuple[bytes, int, int, int, int]]:
        """(pack id, used blobs, used sealed bytes, unused blobs, unused sealed bytes) of every pack of the
        index."""
    def used_entries(self, pack_id: bytes) -> list[BlobEntry]: ...
    def plain_bytes(self) -> int:
        """Sum of the plain sizes of all marked blobs."""

# ---------------------------------------------------------------- reading the file system

ItemFault = tuple[bytes, str]
"""(path, what happened, without naming it): who tells it says the path first."""

@final
class Directory:
    """One directory of the source as listed: entries in ascending order of raw name, with their lstat."""

    @property
    def path(self) -> bytes: ...
    @property
    def names(self) -> list[bytes]: ...
    @property
    def kinds(self) -> bytes:
        """One letter an entry: f file, d directory, l symlink, b device, c character device, p FIFO, s
        socket."""
    @property
    def sizes(self) -> list[int]: ...
    @property
    def devices(self) -> list[int]:
        """st_dev of each entry, for staying on one file system."""
    @property
    def unreadable(self) -> list[ItemFault]:
        """What stands in the directory and gave no lstat, such as the mount of a server that is gone:
        ascending, and none of the entries."""
    def match(self, lane: int, parent_tree: bytes, index: Index) -> None:
        """Compare with the plain JSON of this directory's tree in the lane's parent snapshot: an entry is
        unchanged when
        kind, size, mtime, ctime and inode agree and (for files) the index holds every blob of its content
        for that lane or lane 255.
        DamagedError when the JSON is malformed."""
    def matches(self) -> bytes:
        """Per entry the lane (lowest of several) in whose parent tree it stands unchanged, 255 if none."""
    def parent_subtrees(self, lane: int) -> dict[int, bytes]:
        """entry number → subtree id in the lane's parent tree, for entries that are directories here and
        there."""
    def content(self, entry: int) -> list[bytes] | None:
        """Blob ids of a file entry stored by Writer.store or matched; None when neither, or no file."""
    def encode(
        self, lane: int, entries: list[int], subtrees: dict[int, bytes]
    ) -> tuple[bytes | None, list[ItemFault]]:
        """The lane's tree of this directory, as canonical JSON with newline: files and others in
        ``entries`` (ascending),
        plus one directory node for each of ``subtrees``. A matched entry's node is the parent's, byte for
        byte (a directory's: when its subtree is the same).
        Files in ``entries`` without content (vanished, changed while read) are left out, and sockets, as by
        restic. UsageError for an entry that is not there, or a directory in ``entries`` alone.
        None instead of bytes when the tree equals the parent's of this lane (same entries, all matched,
        same subtrees, no more).
        Faults: extended attributes that could not be read, entries that vanished; they do not stop the
        rest."""

def list_directories(requests: list[tuple[bytes, list[bytes] | None]]) -> list[Directory | str]:
    """lstat every entry of each directory, or only the names given; instead of a Directory that itself
    cannot be opened or read what happened, without naming it.
    Names given that do not exist are left out."""

@final
class PackCheck:
    """Checks one pack as its bytes come: every blob the index has in it is opened and hashed, the header
    compared with the index, the whole with the pack's name. One blob is in memory at a time."""

    def __init__(self, key: bytes, index: Index, pack_id: bytes) -> None:
        """NotFoundError when the index lacks the pack, DamagedError when it has blobs where none can lie."""
    def feed(self, data: bytes) -> None:
        """The next bytes of the pack, in portions of any size."""
    def finish(self) -> tuple[list[tuple[BlobEntry, str]], str]:
        """The damaged blobs with a sentence each, which names the blob, and a sentence about the pack as a
        whole or "". Once."""

@final
class Writer:
    """Reads, cuts, hashes, compresses, seals, verifies and packs; finished packs are files in the outbox,
    fsynced, named <id>."""

    def __init__(
        self,
        key: bytes,
        cut_key: bytes,
        index: Index,
        outbox: bytes,
        rules: list[CutRule],
        pack_bytes: int,
        level: int,
        *,
        past_cache: bool,
    ) -> None:
        """``rules[lane]``; ``outbox`` an existing directory; a pack is closed at about ``pack_bytes``; zstd
        ``level``; ``past_cache``: nothing on this machine reads finished packs soon, so they need not go
        through the system's cache.
        The index is asked for what the lane holds already and is told of each finished pack."""
    def submit(self, work: list[tuple[int, list[tuple[Directory, list[int]]]]]) -> None:
        """Begin to store the content of file entries, by lane, in the order given; returns at once.
        Each Directory knows the content of its entries (content, encode) once it was collected. Files are
        opened with O_NOFOLLOW; the inode and type must be those listed. A file whose size or mtime changes
        while it is read is read again twice, then a fault, never stored half; entry metadata follow
        the last fstat. UsageError where the work submitted before was not collected."""
    def collect(self, patience_s: float) -> list[ItemFault] | None:
        """Wait until what was submitted is stored; the files that could not be, in the order given. None when
        it is not done after ``patience_s`` (infinity: as long as it takes); [] when nothing was submitted.
        Signals are looked at while waiting (KeyboardInterrupt passes). StoreFullError when the outbox is
        full."""
    def store_blobs(self, lane: int, kind: int, blobs: list[bytes]) -> list[bytes]:
        """Store plain blobs as they are, beside what was submitted; returns their ids. What the lane holds
        already is not stored again."""
    def flush(self) -> None:
        """Close and write the open packs of every lane. UsageError where work was not collected."""
    def close(self) -> None:
        """End what is being stored and wait until nothing more is written; what was not flushed is lost.
        Nothing can be stored afterwards. Again is fine."""
    def finished(self) -> list[tuple[bytes, int, int]]:
        """(pack id, lane, size in bytes) of packs finished since the last call."""
    def progress(self) -> tuple[int, int]:
        """(files, bytes) read so far. Callable from any thread."""
    def stored(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """What was stored new so far: (lane, kind) → (blobs, their plain bytes, their sealed bytes)."""

# ---------------------------------------------------------------- writing the file system

Placement = tuple[int, int, int]
"""(number of the blob in ``entries``, number of the file in ``files``, offset in that file)."""

@final
class Target:
    """A folder that is restored into. Paths are relative, raw bytes, "/" between names; nothing outside is
    ever touched:
    no "..", no absolute path, no symlink is followed below the root (openat2 RESOLVE_BENEATH|NO_SYMLINKS,
    or a walk with O_NOFOLLOW)."""

    def __init__(self, root: bytes) -> None:
        """``root`` must exist and be a directory."""
    def make_directories(self, paths: list[bytes]) -> list[ItemFault]:
        """mkdir with mode 0700 in the order given; what exists as a real directory is fine; a non-directory
        in the way is removed first."""
    def stat(self, paths: list[bytes]) -> list[tuple[str, int, int] | None]:
        """(kind letter as in Directory.kinds, size, mtime_ns) of what is there now, None for nothing."""
    def write(
        self,
        key: bytes,
        data: bytes,
        base: int,
        entries: list[BlobEntry],
        files: list[tuple[bytes, int]],
        placements: list[Placement],
    ) -> tuple[list[tuple[int, str]], list[ItemFault]]:
        """Open the blobs once each and write them where they belong. ``files``: (path, final size). Files
        are created 0600 when absent;
        runs of zeros of 4 KiB and more are left as holes. Returns (number of a damaged blob, sentence), and
        faults of files."""
    def remove(self, paths: list[bytes]) -> list[ItemFault]:
        """Unlink files and others (not directories), so that fresh ones are created; absent is fine."""
    def create_empty(self, paths: list[bytes]) -> list[ItemFault]: ...
    def link(self, pairs: list[tuple[bytes, bytes]]) -> list[ItemFault]:
        """Hard links: (existing, new)."""
    def make_special(self, items: list[tuple[bytes, str, bytes, int]]) -> list[ItemFault]:
        """(path, kind letter l b c p s, link target, device number): symlinks and nodes; an existing
        non-directory is replaced."""
    def finish(
        self, items: list[tuple[bytes, str, int, int, int, int, int, int, list[tuple[bytes, bytes]]]]
    ) -> list[ItemFault]:
        """Set size, owner, extended attributes, permissions, times, in this order (a read-only file takes
        no attributes from its owner); folders come after all others: (path, kind letter, size or -1, mode
        0o7777, uid or -1, gid or -1,
        atime_ns, mtime_ns, xattrs). Ownership that is not permitted (EPERM when not root) is no fault, but
        then setuid and setgid are not set either."""
    def verify(self, items: list[tuple[bytes, list[tuple[bytes, int]]]]) -> list[ItemFault]:
        """Read files back: (path, [(blob id, plain length)…]) hashed piece by piece."""
    def sync(self) -> None:
        """Flush the target's file system (syncfs)."""
