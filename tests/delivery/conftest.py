"""Messages that wait, and a real mail server for them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from app.database import db
from app.messages.message import Message
from tests import world
from tests.delivery.server import MailServer
from tests.ports import free_port


@pytest.fixture
def smtp(app: Flask) -> Flask:
    """Mails travel over SMTP; nothing listens at the port yet. Failed ones are due again almost at once."""
    app.config |= {
        "RECORDED_MAIL": None,
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": free_port(),
        "MAIL_TIMEOUT_SECONDS": 10.0,  # a busy machine answers late too
        "SWEEP_SECONDS": 0.01,
    }
    app.extensions["mail"].server = "127.0.0.1"
    return app


@pytest.fixture
def server(smtp: Flask) -> Iterator[MailServer]:
    with MailServer(smtp.config["MAIL_PORT"]) as server:
        yield server


@pytest.fixture
def waiting(app: Flask) -> Callable[..., list[Message]]:
    """`waiting(3, 2)`: three messages to the client of one session, two to the client of another."""
    mara = world.add_therapist("Mara Lindt")

    def write(*numbers: int) -> list[Message]:
        written = []
        for session, number in enumerate(numbers):
            person = world.Person(f"Client {session}", f"client{session}@example.net")
            booking = person.asks(mara, world.in_days(3 + session))
            written += _messages_of(booking.id, number)
        return written

    return write


def _messages_of(booking_id: int, number: int) -> list[Message]:
    """The first is the one that the request wrote; the others say the same again."""
    mine = select(Message).filter_by(booking_id=booking_id, recipient="client")
    first = db.session.scalars(mine).one()
    for _ in range(number - 1):
        db.session.add(
            Message(
                booking_id=booking_id, name=first.name, recipient="client", address=first.address, facts=first.facts
            )
        )
    for other in db.session.scalars(select(Message).filter_by(booking_id=booking_id, recipient="therapist")):
        db.session.delete(other)
    db.session.commit()
    return list(db.session.scalars(mine.order_by(Message.id)))
