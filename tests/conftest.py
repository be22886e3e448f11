"""People that many tests know, and visitors of the desk."""

import pytest
from flask import Flask

from app.booking.booking import Booking
from app.booking.offer import Offer
from app.practice.therapist import Therapist
from tests import world


@pytest.fixture
def mara(app: Flask) -> Therapist:
    return world.add_therapist("Mara Lindt")


@pytest.fixture
def otto(app: Flask) -> Therapist:
    return world.add_therapist("Otto Brandt", zone="Europe/Berlin")


@pytest.fixture
def request_of_ines(mara: Therapist) -> Booking:
    """Ines asked for 10:00 in three days, in Room 1."""
    return world.INES.asks(mara, world.in_days(3))


@pytest.fixture
def offer_to_ines(request_of_ines: Booking) -> Offer:
    """Three times on the day after, for Mara's own reasons."""
    times = (world.in_days(4, clock_time) for clock_time in ("09:00", "12:00", "15:00"))
    return world.offer_times(request_of_ines, *times)
