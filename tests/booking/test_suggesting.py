"""Good other times for a session, from a real diary."""

from datetime import timedelta

import time_machine

from app import clock
from app.booking.suggesting import Openings, suggest
from app.database import db
from app.scheduling.busy_time import BusyTime
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.statements import statements


def starts(booking, **more) -> list:
    return [(terms.starts_at, terms.location.name) for terms in suggest(booking, **more)]


def test_the_same_hour_of_the_next_weeks_and_another_of_the_same_day(request_of_ines):
    assert starts(request_of_ines) == [
        (world.in_days(10), "Room 1"),
        (world.in_days(17), "Room 1"),
        (world.in_days(3, "09:00"), "Room 1"),
    ]


def test_what_others_hold_or_are_offered_is_not_suggested(mara, request_of_ines):
    world.offer_times(world.JONAS.asks(mara, world.in_days(10)), world.in_days(4, "09:30"), world.in_days(17, "10:30"))
    found = [start for start, _ in starts(request_of_ines)]
    assert not {world.in_days(10), world.in_days(4), world.in_days(17)} & set(found)
    assert len(found) == 3


def test_busy_times_and_time_off_are_kept_and_extra_time_is_used(mara, request_of_ines):
    for table, day in ((BusyTime, 3), (TimeOff, 10)):
        span = {"starts_at": world.in_days(day, "00:00"), "ends_at": world.in_days(day + 1, "00:00")}
        db.session.add(table(therapist_id=mara.id, **span))
    db.session.flush()
    found = [start for start, _ in starts(request_of_ines)]
    assert found == [world.in_days(17), world.in_days(4), world.in_days(2)]
    for span in list(mara.working_times):
        db.session.delete(span)
    room_2 = mara.locations[1]
    span = {"starts_at": world.in_days(10, "10:00"), "ends_at": world.in_days(10, "12:00")}
    db.session.add(ExtraTime(therapist_id=mara.id, locations=[room_2], **span))
    db.session.commit()
    assert starts(request_of_ines) == [(world.in_days(10), "Room 2"), (world.in_days(10, "11:00"), "Room 2")]


def test_gaps_are_kept(mara, request_of_ines):
    request_of_ines.session_type.gap_before_minutes = 20
    world.JONAS.asks(mara, world.in_days(10, "09:00"))
    assert (world.in_days(10), "Room 1") not in starts(request_of_ines)


def test_what_is_in_the_list_already_is_not_suggested_again(request_of_ines):
    had = [
        (world.in_days(3, "11:00"), world.in_days(3, "11:50")),
        (world.in_days(10, "10:30"), world.in_days(10, "11:20")),
    ]
    found = [start for start, _ in starts(request_of_ines, besides=had)]
    assert found == [world.in_days(17), world.in_days(4), world.in_days(2)]


def test_the_client_has_time_to_answer(mara):
    mara.minimum_notice_minutes, mara.horizon_days = 120, 1
    with time_machine.travel(world.in_days(1, "06:50")):
        booking = world.INES.asks(mara, world.in_days(0, "16:00"))
        found = [start for start, _ in starts(booking, number=10)]
        assert min(found) == world.in_days(0, "12:00"), "an hour of lead, and four to read the mail"


def test_nothing_is_suggested_beyond_the_horizon_or_without_working_times(mara, request_of_ines):
    mara.horizon_days = 4
    assert all(start <= clock.now() + timedelta(days=4) for start, _ in starts(request_of_ines))
    for span in list(mara.working_times):
        db.session.delete(span)
    db.session.commit()
    assert starts(request_of_ines) == []


def test_a_full_diary_costs_no_more_statements_than_an_empty_one(mara, request_of_ines):
    def work() -> int:
        db.session.expire_all()
        with statements() as came:
            suggest(request_of_ines)
        return len(came)

    before = work()
    for day in range(4, 30):
        world.Person(f"Client {day}", f"c{day}@example.net").asks(mara, world.in_days(day, "12:00"))
    assert work() == before


def test_what_is_taken_while_it_is_looked_at_is_free_no_more(mara, request_of_ines):
    before = Openings(mara, [request_of_ines]).free_for(request_of_ines)
    world.JONAS.asks(mara, world.in_days(4))
    after = Openings(mara, [request_of_ines]).free_for(request_of_ines)
    assert {one.start for one in before} - {one.start for one in after} >= {int(world.in_days(4).timestamp())}
