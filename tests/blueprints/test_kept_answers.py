"""A confirmation that was pressed while offline: judged when it comes, once, however often it is sent."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.booking.booking import UNANSWERED_AT_MOST, Booking
from app.booking.kept_answer import KeptAnswer, Seen
from app.database import db
from app.jobs import pushes
from app.messages.activity import Activity
from app.messages.message import Message
from app.scheduling.busy_time import BusyTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.blueprints.pages import form_token, read, sign_in
from tests.push.conftest import offer_push, tell_there
from tests.push.service import Device, PushService

KEY = "1234567890-abcdef"
DAY = 24 * 3600


@pytest.fixture
def desk(http, mara, request_of_ines):
    """Mara's browser, with a request by Ines in her diary."""
    sign_in(http)
    return http


@pytest.fixture
def press(desk, request_of_ines):
    """What Mara pressed on today's list a minute ago, sent now."""
    page = read(desk.get("/dashboard").text)
    button = next(iter(page.all("kept-answer"))).attributes
    owner = next(iter(page.all("main"))).attributes["data-owner"]
    seen = {"start": button["data-start"], "location": button["data-location"]}
    typed = {"csrf_token": form_token(desk, "/settings"), "owner": owner, "key": KEY, "age": "60", **seen}
    address = f"/bookings/{button['data-booking']}/kept-confirmation"
    return lambda **other: desk.post(address, data=typed | other)


def mailed(booking: Booking) -> int:
    """Return how often the client was told of a confirmation."""
    return db.session.scalar(select(func.count(Message.id)).filter_by(booking_id=booking.id, name="confirmed"))


def refused(answer, booking: Booking, words: str, status: str) -> None:
    assert answer.status_code == 200
    assert (answer.json["done"], words in answer.json["sentence"]) == (False, True), answer.json
    assert "nothing was confirmed" in answer.json["sentence"]
    db.session.expire_all()
    assert (booking.status, mailed(booking)) == (status, 0)


def test_what_still_stands_is_confirmed_and_told(press, request_of_ines):
    answer = press()
    assert answer.json["done"] is True
    assert answer.json["sentence"].startswith("Confirmed: Ines K., ")
    db.session.expire_all()
    assert (request_of_ines.status, mailed(request_of_ines)) == ("confirmed", 1)


def test_sent_again_after_a_lost_answer_it_counts_once(press, request_of_ines):
    first, second = press(), press()
    assert first.json == second.json
    assert mailed(request_of_ines) == 1
    assert db.session.scalar(select(func.count(KeptAnswer.id))) == 1
    confirmed = select(func.count(Activity.id)).filter_by(verb="confirmed")
    assert db.session.scalar(confirmed) == 1


def test_what_became_of_it_stays_what_it_was(press, request_of_ines):
    """Also when the session has changed since."""
    told = press().json
    db.session.expire_all()
    request_of_ines.cancel(by="client")
    db.session.commit()
    assert press().json == told


def test_the_client_had_cancelled(press, request_of_ines):
    request_of_ines.cancel(by="client")
    refused(press(), request_of_ines, "Ines K. had cancelled meanwhile", "cancelled")


def test_the_therapist_had_declined_elsewhere(press, request_of_ines):
    request_of_ines.cancel(by="therapist")
    refused(press(), request_of_ines, "You had called off", "cancelled")


def test_an_offer_had_been_made_elsewhere(press, request_of_ines):
    world.offer_times(request_of_ines, world.in_days(5))
    refused(press(), request_of_ines, "has an open offer", "awaiting_client")


def test_the_request_had_lapsed(press, request_of_ines):
    request_of_ines.wait_since(clock.now() - UNANSWERED_AT_MOST)
    refused(press(), request_of_ines, "was not answered in time", "requested")
    request_of_ines.lapse()
    refused(press(key=KEY + "-2"), request_of_ines, "was not answered in time", "cancelled")


def test_the_time_or_location_is_another_now(press, request_of_ines, mara):
    start = str(int(request_of_ines.starts_at.timestamp()) + 60)
    refused(press(start=start), request_of_ines, "another time or location", "requested")
    other = str(mara.locations[1].id)
    refused(press(key=KEY + "-2", location=other), request_of_ines, "another time or location", "requested")


def test_the_time_is_held_no_longer(press, request_of_ines):
    db.session.execute(db.text("delete from hold"))
    refused(press(), request_of_ines, "is held no longer", "requested")


def test_it_was_confirmed_elsewhere_as_it_was_seen(press, request_of_ines):
    request_of_ines.confirm()
    db.session.commit()
    assert press().json["done"] is True
    assert mailed(request_of_ines) == 1


def test_what_was_kept_for_more_than_a_day_is_too_old(press, request_of_ines):
    refused(press(age=str(DAY + 1)), request_of_ines, "too old", "requested")
    assert press(key=KEY + "-2", age=str(DAY - 1)).json["done"] is True


def test_the_same_key_of_somebody_else_is_another(app, press, request_of_ines, otto, visitor):
    assert press().json["done"] is True
    theirs = world.ADA.asks(otto, world.in_days(4))
    kept = KeptAnswer.confirm(theirs, KEY, _seen(theirs), timedelta(0))
    assert (kept.done, kept.user_id) == (True, otto.user_id)


def test_another_account_on_the_device_sends_nothing_of_it(http, press, request_of_ines, otto):
    """Not even with the page of the first still open."""
    http.post("/sign-out", data={"csrf_token": form_token(http, "/settings")})
    sign_in(http, "otto@example.com")
    answer = press(csrf_token=form_token(http, "/settings"))
    assert answer.status_code == 404
    own = world.ADA.asks(otto, world.in_days(4))
    typed = {"csrf_token": form_token(http, "/settings"), "key": KEY, "age": "1", "owner": "somebody else's"}
    typed |= {"start": str(_seen(own).start), "location": str(own.location_id)}
    assert http.post(f"/bookings/{own.id}/kept-confirmation", data=typed).status_code == 409
    assert db.session.scalar(select(func.count(KeptAnswer.id))) == 0


@pytest.mark.parametrize(
    "wrong", [{"key": ""}, {"key": "short"}, {"key": "x" * 65}, {"start": "x"}, {"location": ""}, {"age": "1e400"}]
)
def test_what_no_device_of_ours_sends_is_not_taken(press, request_of_ines, wrong):
    assert press(**wrong).status_code == 400
    assert press(key=KEY, age="9" * 30).json["done"] is False


def test_the_mark_of_an_owner_is_each_persons_own(app, desk, otto, visitor):
    marks = [
        next(iter(read(visitor(email).open("/settings").text).all("main"))).attributes["data-owner"]
        for email in ("mara@example.com", "otto@example.com", "mara@example.com")
    ]
    assert marks[0] == marks[2] != marks[1]


@pytest.fixture
def phone(app, mara) -> Iterator[Device]:
    """Mara is also told in a browser."""
    with PushService() as service:
        offer_push(app, service.origin)
        yield tell_there(mara, service)
        pushes.wait()


def lapses(booking: Booking) -> None:
    booking.wait_since(clock.now() - UNANSWERED_AT_MOST)
    booking.lapse()


def is_busy_elsewhere(booking: Booking) -> None:
    db.session.add(BusyTime(therapist_id=booking.therapist_id, starts_at=booking.starts_at, ends_at=booking.ends_at))


def is_off(booking: Booking) -> None:
    TimeOff.take(booking.therapist_id, booking.span)


@pytest.mark.parametrize(
    ("meanwhile", "age", "kind"),
    [
        (lambda _booking: None, 60, "kept_confirmed"),
        (lambda booking: booking.cancel(by="client"), 60, "kept_refused"),
        (lapses, 60, "kept_late"),
        (lambda _booking: None, DAY + 1, "kept_late"),
        (is_busy_elsewhere, 60, "kept_busy"),
        (is_off, 60, "kept_outside"),
    ],
    ids=["confirmed", "cancelled", "lapsed", "too old", "busy", "off"],
)
def test_what_became_of_it_is_also_pushed_once(phone, press, request_of_ines, meanwhile, age, kind):
    meanwhile(request_of_ines)
    db.session.commit()
    press(age=str(age))
    press(age=str(age))
    pushes.deliver_pushes()
    told = {"kind": kind, "path": f"/sessions/{request_of_ines.id}"}
    assert [news for news in phone.news if news["kind"].startswith("kept")] == [told]
    (message,) = db.session.scalars(select(Message).where(Message.channel == "push", Message.name == kind))
    assert (message.status, message.booking_id) == ("sent", request_of_ines.id)


def _seen(booking: Booking) -> Seen:
    return Seen(int(booking.starts_at.timestamp()), booking.location_id)


def test_a_session_that_falls_in_time_off_meanwhile_is_put_to_the_therapist(press, request_of_ines):
    is_off(request_of_ines)
    db.session.commit()
    answer = press()
    assert "This session falls in your time off." in answer.json["sentence"]
    refused(answer, request_of_ines, "The session of Ines K.", "requested")
