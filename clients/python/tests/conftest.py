"""A client whose other end is in the test's hands."""

from __future__ import annotations

from typing import Iterator

import pytest
from pair import PairClient


@pytest.fixture
def paired() -> Iterator[PairClient]:
    with PairClient(timeout=60) as made:
        yield made
    for peer in made.peers:
        peer.close()
