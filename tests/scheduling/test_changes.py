"""Open pages learn that they are out of date by numbers that rise with everything that they show."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from sqlalchemy import select

from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling import changes
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.faults.test_atomicity import CHANGES

ONLY_FOR_THE_DESK = {"closed time is opened again", "a page of an offer is opened"}
SEEN_NOWHERE = {"a reminder is written"}  # messages alone change neither a diary nor a session


class Numbers(NamedTuple):
    desk: int
    sessions: dict[int, int]


def numbers() -> Numbers:
    db.session.expire_all()
    desk = db.session.scalars(select(Therapist.diary_revision)).one()
    return Numbers(desk, {row.id: row.revision for row in db.session.execute(select(Booking.id, Booking.revision))})


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_happens_to_a_session_is_seen_by_both(app, change):
    prepare, do = CHANGES[change]
    prepare()
    db.session.commit()
    before = numbers()
    do()
    db.session.commit()
    after = numbers()
    changed = {one for one, number in after.sessions.items() if number != before.sessions.get(one, 0)}
    assert (after.desk > before.desk) == (change not in SEEN_NOWHERE)
    assert bool(changed) == (change not in ONLY_FOR_THE_DESK | SEEN_NOWHERE)
    assert len(changed) <= 1, "only the session to which it happened"


def off(mara: Therapist) -> None:
    TimeOff.take(mara.id, (world.in_days(5), world.in_days(6)), "Away")


def extra(mara: Therapist) -> None:
    ExtraTime.give(mara.id, (world.in_days(5, "20:00"), world.in_days(5, "21:00")), mara.locations)


def busy(mara: Therapist) -> None:
    db.session.add(BusyTime(therapist_id=mara.id, starts_at=world.in_days(5), ends_at=world.in_days(6)))


def shorter_day(mara: Therapist) -> None:
    mara.working_times[0].ends_minute -= 60


def another_name(mara: Therapist) -> None:
    mara.locations[0].name = "The blue room"


@pytest.mark.parametrize("change", [off, extra, busy, shorter_day, another_name])
def test_what_else_the_desk_shows_of_a_diary_is_seen(mara, change: Callable[[Therapist], None]):
    before = mara.diary_revision
    change(mara)
    db.session.commit()
    assert mara.diary_revision > before


def test_what_was_rolled_back_is_not_seen(mara, request_of_ines):
    before = numbers()
    request_of_ines.confirm()
    db.session.rollback()
    assert numbers() == before
    assert changes.raised(db.session()) == (0, 0)


def test_a_change_tells_how_far_it_raised_the_numbers(mara, request_of_ines):
    changes.raised(db.session())
    before = numbers()
    request_of_ines.cancel(by="client")
    db.session.commit()
    after, (desk, client) = numbers(), changes.raised(db.session())
    assert after.desk - before.desk == desk
    assert after.sessions[request_of_ines.id] - before.sessions[request_of_ines.id] == client
    assert changes.raised(db.session()) == (0, 0)


def test_a_page_that_is_opened_again_is_nothing_new(mara, offer_to_ines):
    link = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id)
    link.note_opening()
    db.session.commit()
    before = numbers()
    link.note_opening()
    db.session.commit()
    assert numbers() == before
