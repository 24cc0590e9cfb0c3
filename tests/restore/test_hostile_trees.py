"""Trees of a hostile or damaged vault: the rest is listed and restored, in bounded room and time."""

from __future__ import annotations

import io
import sys
import tarfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from notou import kernel
from notou.errors import DamagedError, EndlessError, LimitError, NotouError
from notou.kernel.treejson import encode_node, join_nodes
from notou.model import Node, NodeKind
from notou.restore import repeats, trees
from notou.restore.browse import Item, Query, find, list_items
from notou.restore.choice import Choice
from notou.restore.collect import Collector
from notou.restore.diff import diff
from notou.restore.dump import dump
from notou.restore.repeats import Repeats
from notou.restore.trees import TreeReader
from notou.upkeep.reach import mark_reached
from notou.vault.snapshot import Snapshot
from tests.restore.vaults import HandMade

LEVELS = 60


@pytest.fixture
def made(tmp_path: Path) -> HandMade:
    return HandMade(tmp_path / "outbox")


class Told:
    """What a walk said of damage."""

    def __init__(self) -> None:
        self.paths: list[bytes] = []

    def __call__(self, path: bytes, error: NotouError) -> None:
        assert str(error).endswith(".")
        self.paths.append(path)


def damaged_home(made: HandMade, extra: bytes = b"") -> bytes:
    """A tree in which one file has no owner, one folder no tree, one folder's tree is no tree, and one's is
    in no pack."""
    good = made.folder(b"good", made.file(b"in", b"in", extra))
    odd_file = encode_node(made.file(b"mad", b"mad")).replace('"uid":0', '"uid":"nobody"').encode()
    no_tree = encode_node(made.folder(b"none")).replace('"subtree":"', '"subtree":"00').encode()
    broken = made.folder(b"broken", subtree=made.raw_tree(b'{"nodes":[{"name":"..","type":"dir"}]}'))
    gone = made.folder(b"gone", subtree=bytes([7]) * 32)
    texts = [encode_node(each).encode() for each in (broken, gone, good)]
    last = encode_node(made.file(b"z", b"z")).encode()
    return made.raw_tree(join_nodes([*texts, odd_file, no_tree, last]))


def test_ls_and_find_tell_what_is_damaged_and_list_the_rest(made: HandMade) -> None:
    snapshots, told = [made.snapshot(damaged_home(made))], Told()
    vault = made.vault()
    items = [item.path for item in list_items(vault, snapshots, damaged=told)]
    assert items == [b"/broken", b"/gone", b"/good", b"/good/in", b"/z"]
    assert sorted(told.paths) == [b"/broken", b"/gone", b"/mad", b"/none"]
    told = Told()
    assert [item.path for item in find(vault, snapshots, Query([b"z", b"mad"]), damaged=told)] == [b"/z"]
    assert b"/mad" in told.paths
    with pytest.raises(DamagedError):
        list(list_items(vault, snapshots, b"/broken/x"))


def test_dump_of_a_folder_leaves_out_what_is_damaged_and_tells_it(made: HandMade) -> None:
    lost = made.file(b"lost", content=(bytes([9]) * 32,), links=2, inode=5)
    twin = made.file(b"twin", b"all there", links=2, inode=5)
    home = made.folder(b"home", subtree=damaged_home(made))
    snapshots = [made.snapshot(made.tree(home, made.folder(b"more", lost, twin)))]
    vault, output, told = made.vault(), io.BytesIO(), Told()
    dump(vault, snapshots, b"/", output, damaged=told)
    output.seek(0)
    with tarfile.open(fileobj=output) as archive:
        names = archive.getnames()
        read = archive.extractfile("more/twin")
        assert read is not None
        assert read.read() == b"all there"
    assert "home/good/in" in names
    assert "home/z" in names
    assert b"/more/lost" in told.paths
    assert b"/home/mad" in told.paths
    with pytest.raises(DamagedError):
        dump(vault, snapshots, b"/more/lost", io.BytesIO())


def test_diff_tells_what_is_damaged_and_compares_the_rest(made: HandMade) -> None:
    before, after = damaged_home(made), damaged_home(made, b"more")
    whole = made.tree(made.folder(b"broken", made.file(b"b", b"b")), made.file(b"z", b"z"))
    vault, told = made.vault(), Told()
    changes = diff(vault, [made.snapshot(before)], [made.snapshot(after)], metadata=False, damaged=told)
    assert [each.path for each in changes] == [b"/good/in"]
    assert set(told.paths) == {b"/mad", b"/none"}  # of each side where it is damaged
    told = Told()
    changes = diff(vault, [made.snapshot(before)], [made.snapshot(whole)], metadata=False, damaged=told)
    paths = [each.path for each in changes]
    assert b"/broken/b" not in paths  # whether it was there nobody knows
    assert b"/good/in" in paths
    assert b"/broken" in told.paths


def test_a_restore_goes_round_single_damaged_entries_too(made: HandMade) -> None:
    snapshots = [made.snapshot(damaged_home(made))]
    portions = list(Collector(TreeReader(made.vault(), snapshots), Choice()).portions())
    files = [item[0] for portion in portions for item in portion.files]
    assert sorted(files) == [b"good/in", b"z"]
    faults = [path for portion in portions for path, _ in portion.faults]
    assert sorted(faults) == [b"broken", b"gone", b"mad", b"none"]


def peak_bytes() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


class OneTree:
    """A vault of one tree."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        return [self.plain if any(each) else b'{"nodes":[]}' for each in tree_ids]


def costly_trees() -> Iterator[bytes]:
    """Trees of some 8 MiB."""
    lists = b",".join([b"[]"] * 20_000)
    file, folder = b'{"name":"%06d","type":"file"}', b'{"name":"%06d","type":"dir","subtree":"%064d"}'
    yield join_nodes([b'{"name":"%06d","type":"file","x":[%b]}' % (at, lists) for at in range(135)])
    yield join_nodes([file % at for at in range(280_000)])
    yield join_nodes([folder % (at, 0) for at in range(70_000)])


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells the peak of memory and lets it be reset.")
@pytest.mark.parametrize("plain", list(costly_trees()), ids=["crowds", "tiny files", "folders"])
def test_a_tree_costs_a_small_multiple_of_its_bytes(plain: bytes) -> None:
    snapshots = [Snapshot(1, b"r" * 32, ("/",))]
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = peak_bytes()
    assert sum(1 for _ in list_items(OneTree(plain), snapshots)) > 0
    portions = Collector(TreeReader(OneTree(plain), snapshots), Choice()).portions()
    assert sum(len(portion.files) + len(portion.folders) for portion in portions) > 0
    assert peak_bytes() - before < 2 * len(plain)  # and the tree itself, which stood there before


class OneAtATime(OneTree):
    """A vault whose trees are too large to be held together."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        if len(tree_ids) > 1:
            raise LimitError("These are more than Notou holds at once.")
        return super().load_trees_plain(tree_ids)


def test_a_folder_that_is_large_in_two_lanes_is_listed() -> None:
    nodes = [encode_node(Node(name, NodeKind.DIR, subtree=bytes(32))).encode() for name in (b"a", b"b")]
    snapshots = [Snapshot(1, b"r" * 32, ("/",)), Snapshot(2, b"s" * 32, ("/",))]
    items = list_items(OneAtATime(join_nodes(nodes)), snapshots)
    assert [item.path for item in items] == [b"/a", b"/b"]


def test_portions_stay_small_in_a_folder_of_any_size() -> None:
    nodes = [b'{"name":"%06d","type":"file"}' % at for at in range(50_000)]
    reader = TreeReader(OneTree(join_nodes(nodes)), [Snapshot(1, b"r" * 32, ("/",))])
    assert max(len(portion.files) for portion in Collector(reader, Choice()).portions()) <= 10_256


def doubled(made: HandMade, levels: int = LEVELS) -> bytes:
    """A tree of 2**levels paths."""
    tree = made.tree(made.file(b"f", b"f"))
    for _ in range(levels):
        tree = made.tree(made.folder(b"a", subtree=tree), made.folder(b"b", subtree=tree))
    return tree


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that are met in less time than the real ones."""
    monkeypatch.setattr(repeats, "FREE_BYTES", 1 << 20)
    monkeypatch.setattr(repeats, "TIMES", 10)


@pytest.mark.usefixtures("low")
def test_a_tree_of_countless_paths_ends_every_walk_in_a_sentence(made: HandMade) -> None:
    snapshots, other = [made.snapshot(doubled(made))], [made.snapshot(made.tree())]
    vault, told = made.vault(), Told()
    walks: list[Iterator[object]] = [
        list_items(vault, snapshots, damaged=told),
        find(vault, snapshots, Query([b"f"]), damaged=told),
        diff(vault, other, snapshots, damaged=told),
        diff(vault, snapshots, other, damaged=told),
        Collector(TreeReader(vault, snapshots), Choice()).portions(),
    ]
    for walk in walks:
        with pytest.raises(EndlessError, match="again and again"):
            deque(walk, maxlen=0)
    with pytest.raises(EndlessError):
        dump(vault, snapshots, b"/", io.BytesIO(), damaged=told)
    assert not told.paths


def test_a_tree_of_countless_paths_is_marked_once_a_level(made: HandMade) -> None:
    tree = doubled(made)
    vault = made.vault()
    usage = kernel.Usage(vault.index)
    assert list(mark_reached(vault, usage, [made.snapshot(tree)])) == []
    assert sum(used for _, used, *_ in usage.packs()) == LEVELS + 2


def list_each(walk: Repeats, trees: Iterable[bytes], plain_bytes: int) -> None:
    for tree in trees:
        walk.count(tree, plain_bytes, b"/home")


def test_five_thousand_copies_of_a_project_are_listed_but_not_any_number() -> None:
    walk, project = Repeats(), [bytes([at]) * 32 for at in range(100)]
    list_each(walk, project * 5_000, 40_000)  # a hundred files in each of its folders
    with pytest.raises(EndlessError):
        list_each(walk, project * 6_000, 40_000)


def test_what_is_seen_for_the_first_time_is_never_bounded_but_the_second_time_it_is() -> None:
    walk, trees = Repeats(), [at.to_bytes(8, "big") * 4 for at in range(10_000)]
    list_each(walk, trees, 256 << 20)
    with pytest.raises(EndlessError):
        list_each(walk, trees, 256 << 20)


class Chain:
    """Folders in folders, so many bytes each, to any depth."""

    def __init__(self, depth: int, padding: int = 0) -> None:
        self._depth = depth
        self._padding = padding
        self.loaded = 0

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        self.loaded += len(tree_ids)
        return [self._plain(int.from_bytes(each, "big")) for each in tree_ids]

    def _plain(self, level: int) -> bytes:
        if level == self._depth:
            return join_nodes([])
        node = Node(b"n", NodeKind.DIR, subtree=(level + 1).to_bytes(32, "big"))
        return join_nodes([encode_node(node).encode() + b" " * self._padding])


def listed(trees: Chain) -> list[Item]:
    return list(list_items(trees, [Snapshot(1, bytes(32), ("/",))]))


def test_folders_nested_to_the_bound_are_each_loaded_once() -> None:
    chain = Chain(8_000)
    assert len(listed(chain)) == 8_000
    assert chain.loaded == 8_001


def test_what_is_open_at_a_time_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_OPEN_BYTES", 1 << 20)
    with pytest.raises(LimitError, match="longer in the vault"):
        listed(Chain(100, padding=20_000))
    assert len(listed(Chain(40, padding=20_000))) == 40


class Circle:
    """Trees in a circle of some length, after a way to it."""

    def load_trees_plain(self, tree_ids: Sequence[bytes], /) -> list[bytes]:
        levels = (int.from_bytes(each, "big") for each in tree_ids)
        following = ((level + 1 if level < 70 else 30).to_bytes(32, "big") for level in levels)
        return [
            join_nodes([encode_node(Node(b"n", NodeKind.DIR, subtree=each)).encode()]) for each in following
        ]


def test_a_circle_of_any_length_is_found_before_long() -> None:
    told: list[tuple[bytes, NotouError]] = []
    snapshots = [Snapshot(1, bytes(32), ("/",))]
    items = list(list_items(Circle(), snapshots, damaged=lambda *damage: told.append(damage)))
    assert len(items) < 300
    assert ["contains itself" in str(error) for _, error in told] == [True]
