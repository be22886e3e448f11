"""In which language a client reads of a session that the therapist books for them."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.requesting import Asker, book_for_client
from app.database import db
from app.messages.message import Message
from tests import world
from tests.blueprints.pages import read
from tests.browser import Page
from tests.statements import statements
from tests.visitor import Visitor

IN_GERMAN, IN_ENGLISH, IN_FRENCH = (replace(world.INES, language=language) for language in ("de", "en", "fr"))
SHE = "Ines Keller, ines@example.net"


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


def listed(desk: Visitor) -> dict[str, str]:
    """The lines of the list of known clients, each with what it chooses."""
    options = [one for one in read(empty_time(desk).text).all("option") if one.inside[-1].attributes["id"] == "client"]
    return {one.text: one.attributes["value"] for one in options if one.attributes["value"]}


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


# The list


def test_lines_that_would_be_the_same_tell_the_language_in_words(desk, german_again):
    german, english = (str(german_again[number].client_id) for number in (0, 1))
    assert listed(desk) == {f"{SHE}, German": german, f"{SHE}, English": english}


def test_a_line_of_its_own_tells_no_language(desk, mara):
    ask_in_turn(mara, IN_GERMAN, world.Person("Ines Kahn", "ines@example.net"))
    assert list(listed(desk)) == ["Ines Kahn, ines@example.net", SHE]


def test_where_the_language_is_the_same_too_phone_and_clock_tell_them_apart(desk, mara, german_again):
    for zone, phone, day in (("Europe/Berlin", "+49 30 1", 10), ("Europe/London", "", 11)):
        typed = Asker("Ines Keller", "ines@example.net", phone, zone, address="")
        book_for_client(mara, mara.session_types[0], mara.locations[0], world.in_days(day), typed)
    db.session.commit()
    ends = {line.removeprefix(f"{SHE}, ") for line in listed(desk)}
    assert ends == {"German, +49 30 1", "German, Berlin time", "German, London time", "English"}


def test_more_lines_that_are_the_same_ask_the_database_no_more(desk, mara):
    def sent() -> int:
        empty_time(desk)  # what is kept of the practice is read now
        with statements() as asked:
            empty_time(desk)
        return len(asked)

    ask_in_turn(mara, IN_GERMAN)
    before = sent()
    ask_in_turn(mara, IN_ENGLISH, IN_FRENCH, replace(IN_FRENCH, zone="Europe/Paris"), first=10)
    assert sent() == before
