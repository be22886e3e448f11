"""What a session costs is told before a time is chosen and where the client looks it up; without a price, nothing."""

import pytest

from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.session_type import SessionType
from tests import world

PAID = "£75, paid to the practice"


@pytest.fixture
def priced(mara):
    mara.session_types[0].price_cents = 7500
    db.session.commit()
    return mara


def pages(mara, visitor) -> dict[str, str]:
    """Each page on which somebody looks for the price, by its name."""
    booking = world.INES.asks(mara, world.in_days(3))
    token = PersonalLink.to_session(booking.id).token
    start = f"{world.in_days(4):%Y-%m-%dT%H:%MZ}"
    db.session.commit()
    client, desk = visitor(), visitor("mara@example.com")
    return {
        "therapist": client.open("/t/mara-lindt").text,
        "form": client.open(f"/t/mara-lindt/request?start={start}").text,
        "session": client.open(f"/s/{token}").text,
        "desk": desk.open(f"/sessions/{booking.id}").text,
    }


def test_the_price_is_told_on_each_page(priced, visitor):
    told = pages(priced, visitor)
    assert {name for name, text in told.items() if PAID in text} == {"therapist", "form", "session"}
    assert "50 minutes · £75" in told["desk"]


def test_without_a_price_nothing_is_said_of_one(mara, visitor):
    for text in pages(mara, visitor).values():
        for word in ("£", "Price", "paid to", "None"):
            assert word not in text


def test_the_price_is_that_of_the_session_that_is_chosen(priced, visitor):
    free = SessionType(name="First talk", kind="first_talk", minutes=20, therapist=priced, position=1)
    db.session.add(free)
    db.session.commit()
    assert "£75" not in visitor().open(f"/t/mara-lindt?type={free.id}").text


def test_the_price_is_written_in_the_language_of_the_page(priced, visitor):
    priced.session_types[0].currency = "EUR"
    db.session.commit()
    text = visitor().open("/t/mara-lindt?lang=de").text
    assert "75\N{NO-BREAK SPACE}€, zu zahlen an die Praxis" in text
