"""In which language a client reads of a session that the therapist books for them."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.database import db
from app.messages.message import Message
from tests import world
from tests.browser import Page
from tests.statements import statements
from tests.visitor import Visitor

IN_GERMAN, IN_ENGLISH, IN_FRENCH = (replace(world.INES, language=language) for language in ("de", "en", "fr"))


def ask_in_turn(therapist, *people: world.Person, first: int = 3) -> list[Booking]:
    """Each asks for a session, a day after the one before, and has it confirmed."""
    asked = []
    for day, person in enumerate(people, start=first):
        asked.append(person.asks(therapist, world.in_days(day)))
        asked[-1].confirm()
    db.session.commit()
    return asked


@pytest.fixture
def german_again(mara) -> list[Booking]:
    """Ines asked in German, in English, and in German again."""
    return ask_in_turn(mara, IN_GERMAN, IN_ENGLISH, IN_GERMAN)


@pytest.fixture
def desk(mara, visitor) -> Visitor:
    return visitor("mara@example.com")


def empty_time(desk: Visitor) -> Page:
    return desk.open(f"/calendar/time?start={world.in_days(9):%Y-%m-%dT%H:%M}")


def last_mail() -> str:
    """The language of the newest mail to a client."""
    message = db.session.scalars(select(Message).filter_by(recipient="client").order_by(Message.id.desc())).first()
    return message.facts["client"]["language"]


# Typed: only a name and an address are known


def test_who_asked_in_german_again_is_mailed_in_german(mara, german_again):
    assert german_again[2].client_id == german_again[0].client_id
    assert world.INES.is_booked(mara, world.in_days(9)).client_id == german_again[0].client_id
    assert last_mail() == "de"


def test_the_language_is_that_of_the_address_whatever_else_is_typed(mara, german_again):
    ines = world.Person("Ines", "ines@example.net", "Europe/London")
    assert ines.is_booked(mara, world.in_days(9)).client.language == "de"


def test_the_language_asked_of_another_therapist_later_says_nothing(mara, otto, german_again):
    ask_in_turn(otto, IN_FRENCH)
    assert world.INES.is_booked(mara, world.in_days(9)).client.language == "de"


def test_a_long_history_is_asked_no_more_than_a_short_one(mara, german_again):
    def sent_for(day: int) -> int:
        with statements() as sent:
            world.INES.is_booked(mara, world.in_days(day))
        return len(sent)

    before = sent_for(9)
    ask_in_turn(mara, *(replace(IN_FRENCH, zone=f"Europe/{city}") for city in ("Paris", "Rome", "Oslo")), first=10)
    ask_in_turn(mara, IN_GERMAN, first=14)
    assert sent_for(20) == before


# Chosen: the client is known


@pytest.mark.parametrize("number", [0, 1])
def test_a_chosen_client_keeps_their_own_language(desk, german_again, number):
    chosen = german_again[number].client
    desk.press(empty_time(desk), "Book session", client=str(chosen.id))
    booking = db.session.scalars(select(Booking).order_by(Booking.id.desc())).first()
    assert (booking.client_id, last_mail()) == (chosen.id, chosen.language)
