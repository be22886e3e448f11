"""Whoever writes may die at any moment: the next one finds out what stands there, and nothing stands there twice."""

from collections import Counter

import pytest
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.calendars.writing.wanted import wanted
from app.database import db
from app.jobs import calendar_entries
from app.practice.therapist import Therapist
from tests import world
from tests.calendars.written import entries, rows, tried_again, write, written
from tests.faults.test_atomicity import breaking_at
from tests.google import BACKEND_ERROR, CUT, LOST, TOO_MANY

__all__ = ["write", "written"]

MOST_STATEMENTS = 60


def should_stand(mara) -> list:
    return sorted((one.standing.starts_at, one.standing.status, one.standing.initials) for one in all_wanted(mara))


def all_wanted(mara):
    db.session.rollback()
    return wanted(mara.id, clock.now()).values()


def unlike(number: int, days: int):
    """Another time for each number, some days from now."""
    return world.in_days(days + number // 8, f"{9 + number % 8:02}:00")


def insert(mara: Therapist, number: int) -> None:
    world.JONAS.is_booked(mara, unlike(number, 5))


def change(mara: Therapist, number: int) -> None:
    booking = the_session(mara)
    booking.move(unlike(number, 15), booking.location)


def remove(mara: Therapist, number: int) -> None:
    the_session(mara).cancel(by="client")


def offer(mara: Therapist, number: int) -> None:
    booking = the_session(mara)
    if booking.open_offer:
        booking.open_offer.accept(booking.open_offer.alternatives[0])
    else:
        world.offer_times(booking, unlike(number, 25), unlike(number, 35))


def the_session(mara: Therapist):
    live = select(Booking).where(Booking.status.in_(("confirmed", "awaiting_client"))).order_by(Booking.id)
    found = db.session.scalars(live).first()
    return found or world.INES.is_booked(mara, world.in_days(3))


@pytest.mark.parametrize("what", [insert, change, remove, offer])
def test_who_died_at_any_statement_is_followed(google, maras, mara, written, write, what):
    for number in range(MOST_STATEMENTS):
        the_session(mara)
        tried_again()
        write()
        what(mara, number)
        db.session.commit()
        tried_again()
        with breaking_at(number) as came:
            calendar_entries.start()
            calendar_entries.wait()
        done = len(came) <= number
        tried_again()
        write()
        assert entries(maras.primary) == should_stand(mara), number
        if done:
            break
    else:
        raise AssertionError("more statements than anybody expected")
    assert number > 5
    assert Counter(row.state for row in rows()) == Counter({"written": len(rows())})


def test_whatever_fails_however_often_all_stands_there_once(google, maras, mara, written, write):
    """Also what a person does there meanwhile: what they decide to put back stands as it was agreed."""
    for fault, share in ((TOO_MANY, 0.1), (BACKEND_ERROR, 0.1), (LOST, 0.1), (CUT, 0.05)):
        google.faults.chance(fault, share)
    for number in range(40):
        (insert, offer, change, offer, remove)[number % 5](mara, number) if can(mara, number) else None
        db.session.commit()
        if number % 4 == 3 and (live := maras.primary.live()):
            entry = live[number % len(live)]["id"]
            if number % 8 == 3:
                maras.primary.cancel(entry)
            else:
                maras.primary.move(entry, world.in_days(30), world.in_days(30, "11:00"))
        tried_again()
        write()
    google.faults.clear()
    for _ in range(3):
        for row in rows():
            row.seen_etag = "unknown"  # as reading would say of those that it found changed
        tried_again()
        write()
        for row in rows():
            row.put_back()
        db.session.commit()
        write()
    assert entries(maras.primary) == should_stand(mara)
    assert len(google.faults.happened) > 10


def can(mara: Therapist, number: int) -> bool:
    """A session that awaits its client is not moved."""
    return number % 5 != 2 or the_session(mara).status == "confirmed"
