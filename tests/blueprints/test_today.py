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
