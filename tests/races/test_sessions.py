"""Two people, or two windows of one, change the same session at the same moment."""

from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.booking.booking import UNANSWERED_AT_MOST, Booking
from app.booking.dispute import dispute
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from tests import world
from tests.booking.holds import check_everything
from tests.races.conftest import request_page, signed_in
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


def on_offer(url: str, booking: Booking, button: str) -> str:
    """The client has the page open on which they choose which terms to keep."""
    token = PersonalLink.to_offer(booking.id, booking.open_offer.id).token
    db.session.commit()
    tab = Tab(url)
    return tab.ready(tab.open(f"/o/{token}"), button)


def disputed(booking: Booking, day: int) -> Booking:
    """Agreed on 10:00, noted as moved to 15:00, and disputed."""
    booking.confirm()
    booking.move(world.in_days(day, "15:00"), booking.location)
    dispute(booking)
    db.session.commit()
    return booking


def test_keeping_a_session_as_it_was_while_the_same_client_agrees_to_the_change(web, bookings):
    for day, booking in enumerate(bookings, start=3):
        disputed(booking, day)
        wanted = [on_offer(web.url, booking, button) for button in ("Keep it as it was", "Accept this time")]
        kept, agreed = Crowd(web.url, wanted).release()
        check_everything()
        assert (kept.status, agreed.status) in [(303, 409), (409, 303)]
        stands = "10:00" if kept.status == 303 else "15:00"
        assert (booking.status, booking.starts_at) == ("confirmed", world.in_days(day, stands))


def test_keeping_a_session_as_it_was_while_the_therapist_cancels(web, tab, bookings):
    for day, booking in enumerate(bookings, start=3):
        disputed(booking, day)
        wanted = [on_offer(web.url, booking, "Keep it as it was"), on_session(tab, booking, "Cancel session")]
        kept, cancelled = Crowd(web.url, wanted).release()
        check_everything()
        assert (kept.status, cancelled.status) in [(303, 303), (409, 303)]
        assert lines(booking, "kept_as_it_was") == int(kept.status == 303)
        assert (booking.status, booking.starts_at) == ("cancelled", world.in_days(day, "10:00"))


def test_another_client_books_the_old_time_while_it_is_disputed(web, mara, bookings):
    """Whoever comes first has it; the other is told."""
    for day, booking in enumerate(bookings, start=3):
        booking.confirm()
        old, person = booking.starts_at, world.Person("Jonas Peters", f"jonas{day}@example.net")
        booking.move(world.in_days(day, "15:00"), booking.location)
        page = request_page(other := Tab(web.url), mara, old)
        asking = other.ready(page, "Request session", name=person.name, email=person.email)
        objected, asked = Crowd(web.url, [by_client(web.url, booking, "I did not ask for this"), asking]).release()
        check_everything()
        assert objected.status == 303
        assert asked.status in (303, 409)
        got_it = "15:00" if asked.status == 303 else "10:00"
        assert (booking.status, booking.starts_at) == ("awaiting_client", world.in_days(day, got_it))


def test_keeping_a_session_as_it_was_at_the_very_deadline_while_sweeps_run(serve, app, mara, bookings):
    """It is kept once, by the press or by silence."""
    served = serve("web")
    for day, booking in enumerate(bookings, start=3):
        disputed(booking, day)
    crowd = Crowd(served.url, [on_offer(served.url, booking, "Keep it as it was") for booking in bookings])
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    middle = clock.now() + timedelta(seconds=1)
    for number, booking in enumerate(bookings):
        booking.open_offer.expires_at = middle + timedelta(milliseconds=40 * number - 60)
    db.session.commit()
    wait_until(lambda: clock.now() >= middle, every=0.001)
    answers = crowd.release()
    wait_until(lambda: not db.session.scalar(select(Booking.id).filter_by(status="awaiting_client")))
    check_everything()
    for day, (booking, answer) in enumerate(zip(bookings, answers, strict=True), start=3):
        assert answer.status in (303, 409)
        assert (booking.status, booking.starts_at) == ("confirmed", world.in_days(day, "10:00"))
        assert lines(booking, "kept_as_it_was") == 1


def test_a_request_that_lapses_while_it_is_confirmed(serve, app, mara, bookings):
    """Its three days are over in the very moment in which it is confirmed; the timetable sweeps all the while."""
    served = serve("web")
    tab = signed_in(served.url, mara)
    crowd = Crowd(served.url, [on_session(tab, booking, "Confirm session") for booking in bookings])
    served.start("timetable", SWEEP_SECONDS="0.01", REDIS_URL="")
    middle = clock.now() + timedelta(seconds=1)
    for number, booking in enumerate(bookings):
        booking.wait_since(middle - UNANSWERED_AT_MOST + timedelta(milliseconds=40 * number - 60))
    db.session.commit()
    wait_until(lambda: clock.now() >= middle, every=0.001)
    answers = crowd.release()
    wait_until(lambda: not db.session.scalar(select(Booking.id).filter_by(status="requested")))
    check_everything()
    for booking, answer in zip(bookings, answers, strict=True):
        assert (answer.status, booking.status) in [(303, "confirmed"), (409, "cancelled"), (422, "cancelled")]
        assert lines(booking, "confirmed") + lines(booking, "lapsed") == 1
