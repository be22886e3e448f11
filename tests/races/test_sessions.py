"""Two people, or two windows of one, change the same session at the same moment."""

from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.booking.booking import UNANSWERED_AT_MOST, Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import signed_in
from tests.races.crowd import Crowd, Tab, statuses
from tests.waiting import wait_until


def on_session(tab: Tab, booking: Booking, button: str) -> str:
    address = f"/sessions/{booking.id}"
    db.session.commit()
    return tab.ready(tab.open(address), button)


def by_client(url: str, booking: Booking, button: str) -> str:
    token = PersonalLink.to_session(booking.id).token
    db.session.commit()
    tab = Tab(url)
    return tab.ready(tab.open(f"/s/{token}"), button)


def lines(booking: Booking, verb: str) -> int:
    count = select(func.count()).select_from(Activity).filter_by(booking_id=booking.id, verb=verb)
    return db.session.scalar(count)


def test_two_tabs_confirming(web, tab, bookings):
    for booking in bookings:
        confirming = on_session(tab, booking, "Confirm session")
        assert statuses(Crowd(web.url, [confirming] * 3).release()) == [303, 409, 409]
        check_everything()
        assert lines(booking, "confirmed") == 1
        mailed = select(func.count()).select_from(Message).filter_by(booking_id=booking.id, name="confirmed")
        assert db.session.scalar(mailed) == 1


def test_confirming_while_the_client_cancels(web, tab, bookings):
    for booking in bookings:
        wanted = [on_session(tab, booking, "Confirm session"), by_client(web.url, booking, "Cancel session")]
        confirmed, cancelled = Crowd(web.url, wanted).release()
        check_everything()
        assert confirmed.status in (303, 409)
        assert cancelled.status == 303  # a client may cancel what was confirmed a moment ago
        assert (booking.status, lines(booking, "confirmed")) == ("cancelled", int(confirmed.status == 303))


def test_both_cancelling(web, tab, bookings):
    for booking in bookings:
        wanted = [on_session(tab, booking, "Decline session"), by_client(web.url, booking, "Cancel session")]
        answers = Crowd(web.url, wanted).release()
        check_everything()
        assert [answer.status for answer in answers] in ([303, 409], [409, 303])
        assert booking.cancelled_by == ("therapist" if answers[0].status == 303 else "client")


def test_a_dispute_while_the_therapist_cancels(web, tab, bookings):
    for day, booking in enumerate(bookings, start=3):
        booking.move(world.in_days(day, "15:00"), booking.location)
        wanted = [by_client(web.url, booking, "I did not ask for this"), on_session(tab, booking, "Cancel session")]
        disputed, cancelled = Crowd(web.url, wanted).release()
        check_everything()
        assert (disputed.status, cancelled.status) in [(303, 303), (422, 303)]
        assert booking.status == "cancelled"


def test_a_request_that_lapses_while_it_is_confirmed(serve, app, mara, bookings):
    """Its three days are over in the very moment in which it is confirmed; the timetable sweeps all the while."""
    served = serve("web")
    tab = signed_in(served.url, mara)
    crowd = Crowd(served.url, [on_session(tab, booking, "Confirm session") for booking in bookings])
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    middle = clock.now() + timedelta(seconds=1)
    for number, booking in enumerate(bookings):
        booking.unanswered_since = middle - UNANSWERED_AT_MOST + timedelta(milliseconds=40 * number - 60)
    db.session.commit()
    wait_until(lambda: clock.now() >= middle, every=0.001)
    answers = crowd.release()
    wait_until(lambda: not db.session.scalar(select(Booking.id).filter_by(status="requested")))
    check_everything()
    for booking, answer in zip(bookings, answers, strict=True):
        assert (answer.status, booking.status) in [(303, "confirmed"), (409, "cancelled"), (422, "cancelled")]
        assert lines(booking, "confirmed") + lines(booking, "lapsed") == 1
