"""What a therapist reads first of what waits for them."""

import time_machine

from app.database import db
from tests import world


def test_a_request_tells_until_when_it_waits_and_how_long_that_is(mara, visitor):
    with time_machine.travel(world.at("2026-11-22T09:00"), tick=False):
        booking = world.INES.asks(mara, world.at("2026-12-10T10:00"))
        db.session.commit()
    with time_machine.travel(world.at("2026-11-22T09:45"), tick=False):
        desk = visitor("mara@example.com")
        for address in ("/dashboard", f"/sessions/{booking.id}"):
            told = " ".join(desk.open(address).text.split())
            assert "Answer by Wed 25 Nov, 09:00" in told
            assert ">2 d 23 h left</time-left>" in told


def test_requests_to_answer_are_sorted_by_their_deadline(mara, visitor):
    """Neither by when they were asked for nor by when they begin."""
    asked = [
        ("2026-11-22T09:00", world.INES, "2026-12-10T10:00"),  # to answer by the 25th, 09:00
        ("2026-11-24T08:00", world.ADA, "2026-11-27T10:00"),  # by the 27th, 08:00
        ("2026-11-24T15:00", world.JONAS, "2026-11-25T15:00"),  # by the 25th, 14:00
    ]
    for now, person, start in asked:
        with time_machine.travel(world.at(now), tick=False):
            person.asks(mara, world.at(start))
    with time_machine.travel(world.at("2026-11-24T15:00"), tick=False):
        told = visitor("mara@example.com").open("/dashboard").text.partition('id="to-answer"')[2]
    places = [told.index(name) for name in ("Ines Keller", "Jonas Peters", "Ada Lowell")]
    assert places == sorted(places)
