from collections.abc import Callable

import flask_mail
import pytest

from app.database import db
from app.messages.mail import compose
from tests import world
from tests.messages import samples


@pytest.fixture
def session(app):
    """Ines' confirmed session with Mara on the third day from now at 10:00."""
    booking = world.INES.asks(world.add_therapist("Mara Lindt"), world.in_days(3))
    booking.confirm()
    db.session.commit()
    return booking


@pytest.fixture
def composed(session) -> Callable[..., flask_mail.Message]:
    """The mail of a sample case; its links lead to a session and an offer that exist."""
    offer = world.offer_times(session, world.in_days(4))

    def compose_case(case: samples.Case, **changes) -> flask_mail.Message:
        message = samples.message(case, **changes)
        if message.booking_id:
            message.booking_id = session.id
        if message.facts.get("offer"):
            message.facts["offer"]["id"] = offer.id
        return compose(message)

    return compose_case
