"""A Sunday evening at the desk."""

import pytest
import time_machine

from tests import world
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def sunday():
    """It is Sunday, 29 November 2026, nine in the evening."""
    with time_machine.travel(world.at("2026-11-29T21:00"), tick=False):
        yield


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")
