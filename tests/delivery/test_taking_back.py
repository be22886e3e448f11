"""An offer that is taken back before its mail was sent: nobody hears of either; once it is sent, of both."""

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select

from app import clock
from app.booking.rearrangement import offer_location
from app.database import db
from app.jobs import deliver
from app.jobs.deliver import deliver_waiting
from app.jobs.remind import remind
from app.messages.activity import Activity
from app.messages.history import sentence
from app.messages.message import Message
from tests import world


@pytest.fixture
def session(request_of_ines, mails):
    """Confirmed, and everything so far is delivered."""
    request_of_ines.confirm()
    db.session.commit()
    deliver_waiting()
    mails.sent.clear()
    return request_of_ines


@pytest.fixture
def grace(app):
    app.config["UNDO_GRACE_SECONDS"] = 10.0


def subjects(mails) -> list[str]:
    """What each mail is about, without its date or deadline."""
    return [re.split(r": | by ", mail.subject)[0] for mail in mails.sent]


def last_line(booking) -> str:
    lines = select(Activity).filter_by(booking_id=booking.id).order_by(Activity.id.desc())
    return sentence(db.session.scalars(lines).first())


@pytest.fixture(params=["times", "location"])
def offer(request, grace, session, mara):
    if request.param == "times":
        return world.offer_times(session, world.in_days(4))
    offer = offer_location(session, "own", mara.locations[2])
    db.session.commit()
    return offer


def test_within_the_grace_nothing_is_sent_and_nothing_has_been_when_it_is_taken_back(offer, session, mails):
    deliver_waiting()
    assert mails.sent == []
    offer.withdraw()
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        deliver_waiting()
    assert mails.sent == []
    assert session.status == "confirmed"
    assert last_line(session).startswith("You took the offer back before it was sent")


def test_after_the_grace_the_offer_is_sent_and_so_is_its_withdrawal(offer, session, mails):
    with time_machine.travel(clock.now() + timedelta(seconds=11)):
        deliver_waiting()
        kind = "choose a new time" if offer.kind == "times" else "answer about your session"
        assert subjects(mails) == [f"Please {kind}"]
        offer.withdraw()
        db.session.commit()
        deliver_waiting()
    assert subjects(mails)[1:] == ["Your session stays as it was"]
    assert last_line(session).startswith("You withdrew the offer")


def test_what_answers_or_cannot_be_undone_goes_out_at_once(grace, mara, mails):
    world.INES.asks(mara, world.in_days(3)).confirm()
    db.session.commit()
    deliver_waiting()
    assert len(mails.sent) == 3, "the receipt, the new request and the confirmation"


def test_by_default_an_offer_is_sent_at_once(session, mails):
    world.offer_times(session, world.in_days(4))
    deliver_waiting()
    assert subjects(mails) == ["Please choose a new time"]


def test_without_a_grace_an_offer_taken_back_at_once_is_mailed_like_any_other(session, mails):
    world.offer_times(session, world.in_days(4)).withdraw()
    db.session.commit()
    deliver_waiting()
    assert subjects(mails) == ["Please choose a new time", "Your session stays as it was"]


def test_a_mail_that_a_worker_has_in_hands_is_followed_by_the_withdrawal(session, mails):
    offer = world.offer_times(session, world.in_days(4))
    claim = deliver.claim_next_mail()
    assert claim
    offer.withdraw()
    db.session.commit()
    assert deliver.deliver(claim, mails)
    deliver_waiting()
    assert subjects(mails) == ["Please choose a new time", "Your session stays as it was"]


def test_a_worker_that_claims_while_it_is_taken_back_finds_it_called_off(app, grace, session, mails):
    offer = world.offer_times(session, world.in_days(4))
    offer.withdraw()
    at_it = threading.Event()

    def work() -> None:
        with app.app_context():
            deliver_waiting()

    worker = threading.Thread(target=work)

    def note(_connection, _cursor, statement, *_rest) -> None:
        if threading.current_thread() is worker and "SKIP LOCKED" in statement:
            at_it.set()

    def note_begin(_connection) -> None:
        # On SQLite whoever claims waits where the transaction begins.
        if threading.current_thread() is worker and db.engine.name == "sqlite":
            at_it.set()

    event.listen(db.engine, "begin", note_begin, insert=True)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with time_machine.travel(clock.now() + timedelta(minutes=1)):  # the grace is over when the worker looks
            worker.start()
            assert at_it.wait(20), "the worker is at its claim, and this transaction is not over"
            db.session.commit()
            worker.join(20)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        event.remove(db.engine, "begin", note_begin)
    assert mails.sent == []
    assert set(db.session.scalars(select(Message.status))) == {"sent", "called_off"}


def test_a_session_is_reminded_although_an_offer_was_made_and_taken_back_meanwhile(grace, session, mails):
    with time_machine.travel(session.starts_at - timedelta(hours=23, minutes=30)):
        world.offer_times(session, world.in_days(4)).withdraw()
        db.session.commit()
        remind()
        deliver_waiting()
    assert len(mails.sent) == 1
    assert mails.sent[0].recipients == [world.INES.email]
