"""People that many tests know, and visitors of the desk."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from flask import Flask

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.database import db
from app.practice.therapist import Therapist
from app.practice.user import User
from tests import world
from tests.visitor import Visitor


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


@pytest.fixture
def operator(app: Flask) -> User:
    """Olive runs the marketplace."""
    olive = User(email="olive@example.com", name="Olive Operator", password_hash=world.CHEAP_HASH, is_operator=True)
    db.session.add(olive)
    db.session.commit()
    return olive


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    """Open another browser: `visitor()`, or signed in `visitor("mara@example.com")`."""

    def open_browser(email: str = "") -> Visitor:
        visitor = Visitor(app.test_client())
        if email:
            visitor.is_signed_in(db.session.scalars(db.select(User).filter_by(email=email)).one())
        return visitor

    return open_browser


@pytest.fixture
def really_today() -> Iterator[None]:
    """For what the program itself calls today: `in_days(0)` is that too, also when the tests began before midnight."""
    with time_machine.travel(clock.now(), tick=True):
        yield
