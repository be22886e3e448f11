from contextlib import ExitStack

import pytest
import time_machine

from tests import world


@pytest.fixture
def time_machine_now():
    """Travel to a moment; the clock runs on from there."""
    with ExitStack() as travels:
        yield lambda moment: travels.enter_context(time_machine.travel(moment))


@pytest.fixture
def mara(app):
    return world.add_therapist("Mara Lindt")


@pytest.fixture
def otto(app):
    return world.add_therapist("Otto Brandt", zone="Europe/Berlin")


@pytest.fixture
def request_of_ines(mara):
    """Ines asked for 10:00 in three days, in Room 1."""
    return world.INES.asks(mara, world.in_days(3))


@pytest.fixture
def offer_to_ines(request_of_ines):
    """Three times on the day after, for Mara's own reasons."""
    times = (world.in_days(4, clock_time) for clock_time in ("09:00", "12:00", "15:00"))
    return world.offer_times(request_of_ines, *times)
