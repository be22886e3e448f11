"""What a client accepts stands at once; the therapist's calendars are asked a moment later, and a clash is told."""

import time

import pytest
from sqlalchemy import func, select

from app import clock
from app.booking.personal_link import PersonalLink
from app.calendars.deciding.acceptance import LONGEST, ONE_TRY, AcceptanceCheck
from app.database import db
from app.jobs import acceptances
from app.jobs.acceptances import check_acceptances
from app.jobs.deliver import deliver_waiting
from app.messages.message import Message
from tests.at_once import four_at_once
from tests.calendars.connected import known_busy
from tests.google import faults
from tests.world import in_days

SUBJECT = "A session clashes with your other calendar: "
UNASKED = "A session could not be checked with your other calendar: "
NOON, ONE = in_days(4, "12:00"), in_days(4, "13:00")


pytestmark = pytest.mark.usefixtures("google_gets_its_time")


@pytest.fixture
def accepted(offer_to_ines):
    """Ines took noon on the fourth day."""
    noon = next(one for one in offer_to_ines.alternatives if one.starts_at == NOON)
    offer_to_ines.accept(noon)
    db.session.commit()
    return offer_to_ines.booking


def waiting() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AcceptanceCheck))


def clashes_told() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Message.id)).filter_by(name="clash_found"))


def later() -> None:
    """The next try is due."""
    for check in db.session.scalars(select(AcceptanceCheck)):
        check.next_try_at = clock.now()
    db.session.commit()


def test_a_clash_is_mailed_and_the_promise_stands(maras, calendar, accepted, mails):
    maras.primary.add("Dentist", NOON, ONE)
    check_acceptances()
    deliver_waiting()
    told = next(mail for mail in mails.sent if mail.subject.startswith(SUBJECT))
    assert "Your Google calendar says that you are busy:" in told.body
    assert "12:00–13:00" in told.body
    assert "Dentist" not in told.as_string()
    assert (accepted.status, waiting()) == ("confirmed", 0)


def test_what_is_new_there_is_read_at_once(calendar, maras, accepted):
    calendar.next_sync_at = in_days(1)
    maras.primary.add("Dentist", NOON, ONE)
    db.session.commit()
    check_acceptances()
    db.session.refresh(calendar)
    assert calendar.next_sync_at <= clock.now()


def test_no_clash_no_mail(maras, calendar, accepted):
    maras.primary.add("Dentist", ONE, in_days(4, "14:00"))
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 0)


def test_what_is_known_by_hand_counts_where_nobody_is_asked(accepted, mara):
    known_busy(mara, NOON, ONE)
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 1)


def test_while_google_is_silent_it_is_asked_again(google, maras, calendar, accepted):
    google.faults.always(faults.UNAVAILABLE)
    maras.primary.add("Dentist", NOON, ONE)
    check_acceptances()
    assert (waiting(), clashes_told()) == (1, 0)
    google.faults.clear()
    check_acceptances()
    assert waiting() == 1, "a pause comes first"
    later()
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 1)


def asked_for_long() -> None:
    db.session.scalars(select(AcceptanceCheck)).one().since = clock.now() - LONGEST
    db.session.commit()


def test_but_not_for_ever_and_the_therapist_is_told_to_look_themselves(google, calendar, accepted, mails):
    google.faults.always(faults.UNAVAILABLE)
    check_acceptances()
    later()
    asked_for_long()
    check_acceptances()
    check_acceptances()
    deliver_waiting()
    assert (waiting(), clashes_told()) == (0, 0)
    (told,) = [mail for mail in mails.sent if mail.subject.startswith(UNASKED)]
    assert "Google could not be asked just now; this is what we knew at" in told.body
    assert "please look at your calendar yourself" in told.body
    assert "12:00" in told.body
    assert told.recipients == ["mara@example.com"]


@pytest.mark.parametrize("why", ["cancelled", "looked up at last"])
def test_where_nobody_need_look_nothing_is_said(google, calendar, accepted, mails, why):
    if why == "cancelled":
        google.faults.always(faults.UNAVAILABLE)
        accepted.cancel(by="client")
    asked_for_long()
    check_acceptances()
    deliver_waiting()
    assert waiting() == 0
    assert not [mail for mail in mails.sent if mail.subject.startswith(UNASKED)]


def test_what_is_known_is_told_at_once_and_that_google_was_silent(google, calendar, accepted, mara, mails):
    google.faults.always(faults.UNAVAILABLE)
    known_busy(mara, NOON, ONE, calendar)
    check_acceptances()
    deliver_waiting()
    told = next(mail for mail in mails.sent if mail.subject.startswith(SUBJECT))
    assert "Google could not be asked just now; this is what we knew at" in told.body


def test_what_was_cancelled_meanwhile_is_told_of_no_more(maras, calendar, accepted):
    maras.primary.add("Dentist", NOON, ONE)
    accepted.cancel(by="client")
    db.session.commit()
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 0)


def test_a_choice_told_by_phone_is_looked_up_too(offer_to_ines, mara):
    noon = next(one for one in offer_to_ines.alternatives if one.starts_at == NOON)
    known_busy(mara, NOON, ONE)
    offer_to_ines.accept(noon, by="therapist")
    db.session.commit()
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 1)


def test_four_workers_tell_of_it_once(app, accepted, mara):
    known_busy(mara, NOON, ONE)
    four_at_once(app, check_acceptances)
    assert (waiting(), clashes_told()) == (0, 1)


def test_whoever_died_in_it_is_followed_by_another(accepted, mara):
    known_busy(mara, NOON, ONE)
    assert AcceptanceCheck.claim(accepted.id)
    db.session.commit()
    check_acceptances()
    assert waiting() == 1, "somebody is at it"
    check = db.session.scalars(select(AcceptanceCheck)).one()
    assert check.next_try_at <= clock.now() + ONE_TRY
    later()
    check_acceptances()
    assert (waiting(), clashes_told()) == (0, 1)


def test_the_sweep_does_it_beside(accepted, mara):
    known_busy(mara, NOON, ONE)
    acceptances.start()
    acceptances.wait()
    assert clashes_told() == 1


@pytest.mark.parametrize("fault", [faults.HANG, faults.UNAVAILABLE, faults.CUT, faults.INVALID_GRANT], ids=str)
def test_no_client_waits_for_google(google, calendar, offer_to_ines, visitor, fault):
    """Whatever it does: the page of the acceptance asks it nothing."""
    google.faults.always(fault)
    client = visitor()
    link = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id).token
    db.session.commit()
    page = client.open(f"/o/{link}")
    began = time.monotonic()
    chosen = next(one for one in offer_to_ines.alternatives if one.starts_at == NOON)
    answer = client.press(page, "Accept this time", alternative=str(chosen.id))
    assert answer.status == 200
    assert time.monotonic() - began < 10, "the machine is busy; a Google that hangs takes two minutes"
    assert google.count() == 0
    assert waiting() == 1
