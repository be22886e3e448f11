"""How much the desk's lists ask the database: as much with a full diary as with a nearly empty one."""

import pytest

from app import clock
from app.booking.dispute import dispute
from app.booking.rearrangement import offer_location
from app.database import db
from app.practice.therapist import Therapist
from tests import world
from tests.statements import statements
from tests.visitor import Visitor


def one_of_each(therapist: Therapist, day: int) -> None:
    """A session in each state that a list can show, on a day of its own; committed."""
    people = [world.Person(f"Client {letter} {day}", f"{letter}{day}@example.net") for letter in "abcdef"]
    _, agreed, offered, relocated, expired, cancelled = (
        one.asks(therapist, world.in_days(day, f"{hour:02}:00")) for hour, one in enumerate(people, 9)
    )
    agreed.confirm()
    world.offer_times(offered, world.in_days(day, "16:00"), world.in_days(day, "17:00"))
    offer_location(relocated, "own", therapist.locations[1], "")
    world.offer_times(expired, world.in_days(day, "18:00")).expires_at = clock.now()
    cancelled.cancel(by="client")
    disputed = world.ADA.is_booked(therapist, world.in_days(day, "08:00"))
    disputed.move(disputed.starts_at, therapist.locations[1])
    dispute(disputed)
    db.session.commit()


def asked_of(desk: Visitor, address: str) -> int:
    with statements() as sent:
        assert desk.open(address).status == 200
    return len(sent)


@pytest.mark.parametrize("address", ["/dashboard", "/sessions", "/sessions?past=1", "/dashboard/kept"])
def test_a_full_diary_asks_the_database_no_more_than_a_short_one(mara, visitor, address):
    assert_as_many_statements(visitor("mara@example.com"), address, mara)


def test_many_disputes_ask_the_database_no_more_than_one(mara, operator, visitor):
    assert_as_many_statements(visitor("olive@example.com"), "/operator", mara)


def assert_as_many_statements(desk: Visitor, address: str, therapist: Therapist) -> None:
    one_of_each(therapist, 3)
    desk.open(address)  # what is kept of the practice is read now
    few = asked_of(desk, address)
    for day in range(4, 10):
        one_of_each(therapist, day)
    assert asked_of(desk, address) == few


def test_today_shows_thirty_requests_at_once_and_leads_to_the_rest(mara, visitor):
    for number in range(33):
        start = world.in_days(3 + number // 11, f"{8 + number % 11:02}:00")
        world.Person(f"Client {number}", f"c{number}@example.net").asks(mara, start)
    desk = visitor("mara@example.com")
    first = desk.open("/dashboard")
    assert "<strong>33</strong> to answer" in first.text
    assert first.text.count("Confirm session") == 30
    assert 'href="/dashboard?to-answer=2"' in first.text
    assert desk.open("/dashboard?to-answer=2").text.count("Confirm session") == 3
