"""One world of certificates for all; a desk for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.esim.lpa.desk import Desk, desk_of
from tests.support.rsp.certificates import World, make_world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    with desk_of(world) as desk:
        yield desk
