"""Which sessions a change of the therapist's times leaves outside them."""

from datetime import UTC, datetime

import pytest

from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.outside import Left, left_outside, outside_to_come
from app.booking.rearrangement import Terms, offer_alternatives
from app.database import db
from app.refusals import NotPossible
from app.scheduling import slots
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from app.scheduling.week import Hours
from app.scheduling.working_time import keep_week
from tests import world
from tests.statements import statements


def works(mara, *spans: tuple[int, int, int], locations: tuple[int, ...] = ()) -> None:
    here = frozenset(locations or (location.id for location in mara.locations))
    keep_week(mara, [Hours(day, starts * 60, ends * 60, here) for day, starts, ends in spans])
    db.session.commit()


def every_day(starts: int, ends: int) -> list[tuple[int, int, int]]:
    return [(day, starts, ends) for day in range(7)]


def off(mara, days: int, starts: str, ends: str) -> TimeOff:
    return TimeOff.take(mara.id, (world.in_days(days, starts), world.in_days(days, ends)))


def sessions_outside(mara) -> list[Booking]:
    return [db.session.get_one(Booking, one) for one in outside_to_come(mara)]


def test_in_working_time_nobody_is_outside(mara, request_of_ines):
    assert sessions_outside(mara) == []


def test_whoever_is_in_new_time_off_is_told(mara, request_of_ines):
    later = world.JONAS.asks(mara, world.in_days(3, "12:00"))
    time_off, left = left_outside(mara, lambda: off(mara, 3, "10:30", "11:00"))
    assert left.sessions == [request_of_ines]
    assert time_off.id
    assert later not in left.sessions


def test_time_off_beside_a_session_leaves_it_in(mara, request_of_ines):
    _, left = left_outside(mara, lambda: (off(mara, 3, "09:00", "10:00"), off(mara, 3, "10:50", "12:00")))
    assert not left


def test_a_session_over_two_touching_spans_is_in(mara, request_of_ines):
    works(mara, *((day, 8, 10) for day in range(7)), *((day, 10, 20) for day in range(7)))
    assert sessions_outside(mara) == []


def test_each_location_counts_for_its_own_sessions(mara, request_of_ines):
    by_video = world.JONAS.asks(mara, world.in_days(4), location=mara.locations[2])
    works(mara, *every_day(8, 20), locations=(mara.locations[0].id,))
    assert sessions_outside(mara) == [by_video]


def test_extra_time_holds_a_session_in_time_off(mara, request_of_ines):
    off(mara, 3, "08:00", "20:00")
    span = world.in_days(3, "10:00"), world.in_days(3, "11:00")
    extra = ExtraTime.give(mara.id, span, mara.locations[:1])
    db.session.commit()
    assert sessions_outside(mara) == []
    _, left = left_outside(mara, extra.remove)
    assert left.sessions == [request_of_ines]


def test_extra_time_elsewhere_holds_nobody(mara, request_of_ines):
    off(mara, 3, "08:00", "20:00")
    span = world.in_days(3, "10:00"), world.in_days(3, "11:00")
    ExtraTime.give(mara.id, span, mara.locations[1:])
    db.session.commit()
    assert sessions_outside(mara) == [request_of_ines]


def test_time_left_by_a_moved_session_is_not_held_open_by_extra_time(mara, request_of_ines):
    other = world.JONAS.asks(mara, world.in_days(4))
    span = world.in_days(3, "09:00"), world.in_days(3, "12:00")
    ExtraTime.give(mara.id, span, mara.locations)
    off(mara, 3, "10:00", "10:50").booking_id = other.id
    db.session.commit()
    assert sessions_outside(mara) == [request_of_ines]


def test_who_was_outside_before_is_not_told_again_of_other_hours(mara, request_of_ines):
    works(mara, *every_day(12, 20))
    later = world.JONAS.asks(mara, world.in_days(4, "15:00"))
    _, left = left_outside(mara, lambda: works(mara, *every_day(12, 15)))
    assert left.sessions == [later]


def test_who_was_outside_before_is_told_of_new_time_off_that_touches_them(mara, request_of_ines):
    works(mara, *every_day(12, 20))
    world.JONAS.asks(mara, world.in_days(4, "15:00")).move(world.in_days(4, "08:00"), mara.locations[0])
    db.session.commit()
    _, left = left_outside(mara, lambda: off(mara, 3, "00:00", "20:00"))
    assert left.sessions == [request_of_ines]


def test_offered_times_in_new_time_off_are_told(mara, request_of_ines):
    offer = world.offer_times(request_of_ines, world.in_days(5, "14:00"), world.in_days(6, "14:00"))
    _, left = left_outside(mara, lambda: off(mara, 5, "00:00", "20:00"))
    assert left == Left([], [offer.alternatives[0]])
    _, left = left_outside(mara, lambda: works(mara, *every_day(8, 14)))
    assert left == Left([], [offer.alternatives[1]])


def test_offered_times_count_in_their_own_location(mara, request_of_ines):
    offer = offer_alternatives(request_of_ines, "own", [Terms(request_of_ines.starts_at, mara.locations[2])])
    db.session.commit()
    _, left = left_outside(mara, lambda: works(mara, *every_day(8, 20), locations=(mara.locations[0].id,)))
    assert left == Left([], offer.alternatives)


def test_offered_times_that_nobody_can_choose_any_more_are_not_told(mara, request_of_ines):
    world.offer_times(request_of_ines, world.in_days(5, "14:00")).withdraw()
    db.session.commit()
    _, left = left_outside(mara, lambda: off(mara, 5, "00:00", "20:00"))
    assert not left


def test_a_session_that_is_disputed_is_told_once(mara, request_of_ines):
    request_of_ines.move(world.in_days(5, "14:00"), mara.locations[0])
    world.JONAS.asks(mara, world.in_days(3))
    dispute(request_of_ines)
    db.session.commit()
    _, left = left_outside(mara, lambda: off(mara, 5, "00:00", "20:00"))
    assert left == Left([request_of_ines], [])


def test_both_times_of_a_disputed_session_are_told(mara, request_of_ines):
    request_of_ines.move(world.in_days(5, "14:00"), mara.locations[0])
    offer = dispute(request_of_ines)
    db.session.commit()
    _, left = left_outside(mara, lambda: (off(mara, 3, "00:00", "20:00"), off(mara, 5, "00:00", "20:00")))
    assert left == Left([request_of_ines], offer.alternatives)


def test_a_session_in_a_far_year_costs_no_more_than_a_near_one(mara, request_of_ines):
    request_of_ines.move(datetime(9000, 1, 1, 10, tzinfo=UTC), mara.locations[0])
    db.session.commit()
    world.JONAS.asks(mara, world.in_days(3))
    slots._day.cache_clear()
    assert sessions_outside(mara) == []
    assert slots._day.cache_info().misses < 20  # days that were looked at


def test_offered_and_confirmed_sessions_are_told_and_cancelled_ones_are_not(mara, request_of_ines):
    confirmed, cancelled = (person.asks(mara, world.in_days(day)) for day, person in ((4, world.JONAS), (5, world.ADA)))
    confirmed.confirm()
    cancelled.cancel(by="client")
    db.session.commit()
    world.offer_times(request_of_ines, world.in_days(8))
    works(mara)
    assert sessions_outside(mara) == [request_of_ines, confirmed]


def test_a_session_over_midnight_is_in_when_both_days_are_open(mara, request_of_ines):
    works(mara, *every_day(0, 24))
    request_of_ines.move(world.in_days(3, "23:30"), mara.locations[0])
    db.session.commit()
    assert sessions_outside(mara) == []
    _, left = left_outside(mara, lambda: works(mara, *every_day(0, 23)))
    assert left.sessions == [request_of_ines]


def test_what_the_change_refuses_is_passed_on(mara, request_of_ines):
    def refuse() -> None:
        raise NotPossible("No.")

    with pytest.raises(NotPossible):
        left_outside(mara, refuse)


def test_many_sessions_cost_no_more_statements_than_one(mara, request_of_ines):
    def count() -> int:
        db.session.expire_all()
        with statements() as came:
            left_outside(mara, db.session.flush)
        return len(came)

    off(mara, 3, "08:00", "20:00")
    db.session.commit()
    world.offer_times(request_of_ines, world.in_days(20))
    few = count()
    for number in range(4, 12):
        person = world.Person(f"Client {number}", f"client{number}@example.net")
        booking = person.asks(mara, world.in_days(number), location=mara.locations[number % 4])
        world.offer_times(booking, world.in_days(20 + number), world.in_days(40 + number))
        off(mara, number, "08:00", "20:00")
    db.session.commit()
    assert len(sessions_outside(mara)) == 9
    assert count() == few
