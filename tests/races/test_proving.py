"""One network asks with invented addresses; and a request whose half hour ends in the moment in which it matters."""

from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.message import Message
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import ROUNDS, request_page
from tests.races.crowd import Crowd, Tab, statuses
from tests.waiting import wait_until


def asking(tab: Tab, therapist, starts_at, number: int) -> str:
    page = request_page(tab, therapist, starts_at)
    return tab.ready(page, "Request session", name=f"Client {number}", email=f"c{number}@example.net")


def told_to_therapist(booking: Booking) -> int:
    told = select(func.count()).select_from(Message).filter_by(booking_id=booking.id, name="new_request")
    return db.session.scalar(told) or 0


def test_of_eight_requests_at_once_two_are_held_as_usual(serve, mara):
    served = serve("web", UNPROVEN_PER_NETWORK="2")
    wanted = [asking(Tab(served.url), mara, world.in_days(3 + number), number) for number in range(8)]
    assert statuses(Crowd(served.url, wanted).release()) == [303] * 8
    bookings = db.session.scalars(select(Booking)).all()
    assert sorted(booking.prove_by is not None for booking in bookings) == [False] * 2 + [True] * 6
    assert [told_to_therapist(booking) for booking in bookings if booking.prove_by] == [0] * 6
    check_everything()


def test_the_half_hour_ends_while_the_button_is_pressed_and_another_client_asks(serve, mara):
    """The timetable sweeps all the while. Either the first has the time and the therapist knows, or it is free."""
    served = serve("web", UNPROVEN_PER_NETWORK="0")
    for number in range(ROUNDS):
        Crowd(served.url, [asking(Tab(served.url), mara, world.in_days(3 + number), number)]).release()
    bookings = db.session.scalars(select(Booking).order_by(Booking.starts_at)).all()
    assert len(bookings) == ROUNDS
    wanted = [each for one in bookings for each in (pressing(served.url, one), taking(served.url, one))]
    crowd = Crowd(served.url, wanted)
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    middle = clock.now() + timedelta(seconds=1)
    for number, booking in enumerate(bookings):
        booking.prove_by = middle + timedelta(milliseconds=40 * number - 60)
    db.session.commit()
    wait_until(lambda: clock.now() >= middle, every=0.001)
    answers = crowd.release()
    wait_until(lambda: not db.session.scalar(select(Booking.id).where(Booking.prove_by <= clock.now())))
    db.session.expire_all()
    check_everything()
    for booking, pressed, asked in zip(bookings, answers[::2], answers[1::2], strict=True):
        kept = (pressed.status, booking.status, told_to_therapist(booking)) == (303, "requested", 1)
        released = (pressed.status, booking.status, told_to_therapist(booking)) == (409, "cancelled", 0)
        assert (kept and asked.status == 409) or (released and asked.status in (303, 409))


def pressing(url: str, booking: Booking) -> str:
    token = PersonalLink.to_session(booking.id).token
    db.session.commit()
    tab = Tab(url)
    return tab.ready(tab.open(f"/s/{token}"), "Confirm my request")


def taking(url: str, booking: Booking) -> str:
    """The form of another time, filled in for the time that the booking holds."""
    tab = Tab(url)
    page = request_page(tab, booking.therapist, world.in_days(20))
    start = f"{booking.starts_at:%Y-%m-%dT%H:%MZ}"
    return tab.ready(page, "Request session", start=start, name="Jonas", email=f"jonas{booking.id}@example.net")
