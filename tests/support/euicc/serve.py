"""The simulated chip on a Unix socket, for programs in another process: ``--reader sim:PATH``.

Each message is two bytes of length, big-endian, and that many bytes, there and back (notou.card.socket). A
connection is a reader with the card put in: it begins with a reset. Where the line to the card is cut, the
connection ends.

    python -m tests.support.euicc.serve PATH

offers a chip with a profile, starts an SM-DP+ with a download for it, writes PATH.ci.pem, the root to trust,
and prints the activation code; end it with Ctrl-C.
What may not enter: what the chip does.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from notou.errors import CardError
from tests.support.euicc.card import EuiccCard
from tests.support.euicc.chip import chip_of
from tests.support.euicc.metadata import ALL_EVENTS, Offer
from tests.support.euicc.profiles import put
from tests.support.rsp.certificates import make_world
from tests.support.smdp.orders import Order
from tests.support.smdp.server import serving_dp


@contextmanager
def served(card: EuiccCard, path: Path) -> Iterator[str]:
    """Offer the card at this socket to one program after another; yields the word for ``--reader``."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(path))
        server.listen()
        worker = threading.Thread(target=_serve, args=(server, card), daemon=True)
        worker.start()
        try:
            yield f"sim:{path}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            worker.join(10)


def _serve(server: socket.socket, card: EuiccCard) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # the context is over
            return
        card.power_cycle()
        with connection, connection.makefile("rb") as incoming:
            _talk(incoming, connection, card)


def _talk(incoming: BinaryIO, connection: socket.socket, card: EuiccCard) -> None:
    """Answer commands until the program goes, or the line to the card is cut."""
    try:
        while len(head := incoming.read(2)) == 2:
            answer = card.exchange(incoming.read(int.from_bytes(head, "big")))
            connection.sendall(len(answer).to_bytes(2, "big") + answer)
    except (CardError, OSError):
        return


def main(path: Path) -> None:
    """Serve a chip and an SM-DP+ until interrupted."""
    world = make_world()
    card = EuiccCard(chip_of(world))
    root = path.with_name(path.name + ".ci.pem")
    root.write_bytes(world.ci.pem)
    with serving_dp(world) as site, served(card, path) as reader:
        told = [(ALL_EVENTS, site.address)]
        home = Offer(iccid="8933010000000000015", provider="Home", name="Forfait", told=told)
        put(card.chip, home.encoded(), is_enabled=True)
        site.dp.orders.append(Order("NOTOU-1", Offer(told=told)))
        print(f"card: {reader}\nCI root: {root}\ncode: LPA:1${site.address}$NOTOU-1", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except KeyboardInterrupt:
        Path(sys.argv[1]).unlink(missing_ok=True)
