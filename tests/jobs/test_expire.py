"""What nobody answered ends, however much of it there is: a page at a time, each for itself."""

import gc
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import clock
from app.booking import proof
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.database import db
from app.jobs import each
from app.jobs.expire import expire_offers, lapse_requests
from app.scheduling.turn import take_turn_of
from tests import world
from tests.plans import plan_of
from tests.statements import statements

OF_ONE_OFFER = 14


@pytest.fixture
def small_pages(monkeypatch):
    """What is looked up together is less than there is."""
    monkeypatch.setattr(each, "AT_ONCE", 2)


@pytest.fixture
def overdue(mara):
    """Make overdue offers, the last made first to expire."""

    def make(number: int) -> list[Offer]:
        offers = []
        for n in range(number):
            booking = world.JONAS.is_booked(mara, world.in_days(3 + n))
            offer = world.offer_times(booking, world.in_days(3 + n, "14:00"), world.in_days(3 + n, "16:00"))
            offer.made_at = clock.now() - timedelta(days=2)
            offer.expires_at = clock.now() - timedelta(minutes=1 + n)
            offers.append(offer)
        db.session.commit()
        return offers

    return make


def test_offers_expire_in_the_order_of_their_deadlines_over_several_pages(small_pages, overdue):
    offers = overdue(5)
    expire_offers()
    assert {offer.outcome for offer in offers} == {"expired"}
    ended = db.session.scalars(select(Offer.id).order_by(Offer.ended_at)).all()
    assert ended == [offer.id for offer in reversed(offers)]


def test_an_offer_that_fails_stops_no_other_and_is_tried_once_in_a_round(small_pages, overdue, monkeypatch, caplog):
    broken = overdue(5)[2].id
    expire = Offer.expire

    def sometimes(offer: Offer) -> None:
        if offer.id == broken:
            raise RuntimeError("no luck")
        expire(offer)

    monkeypatch.setattr(Offer, "expire", sometimes)
    expire_offers()
    db.session.commit()
    assert db.session.scalars(select(Offer.id).where(Offer.outcome.is_(None))).all() == [broken]
    assert len(caplog.records) == 1


def test_an_offer_costs_the_same_few_statements_however_many_are_overdue(overdue):
    overdue(6)
    with statements() as sent:
        expire_offers()
    pages = 1
    assert len(sent) <= pages + 6 * OF_ONE_OFFER


def test_what_the_session_knows_does_not_grow_with_what_has_expired(overdue):
    overdue(4)
    db.session.expunge_all()
    expire_offers()
    gc.collect()
    assert not [one for one in db.session.identity_map.values() if isinstance(one, Offer)]


def test_requests_lapse_for_either_reason_over_several_pages(small_pages, mara):
    people = [world.Person(f"Client {n}", f"client{n}@example.net") for n in range(3)]
    requests = [person.asks(mara, world.in_days(3 + n)) for n, person in enumerate(people)]
    for booking in requests:
        booking.wait_since(clock.now() - timedelta(days=4))
    too_near = world.JONAS.asks(mara, world.in_days(2))
    too_near.starts_at, too_near.ends_at = clock.now() + timedelta(minutes=5), clock.now() + timedelta(minutes=55)
    too_near.wait_since(too_near.requested_at)
    waits = world.ADA.asks(mara, world.in_days(9))
    db.session.commit()
    lapse_requests()
    assert {one.cancelled_because for one in (*requests, too_near)} == {"not answered"}
    assert waits.status == "requested"


@pytest.mark.parametrize(
    ("found", "since", "index"),
    [
        (Offer.overdue, Offer.expires_at, "ix_offer_overdue"),
        (proof.overdue, Booking.prove_by, "ix_booking_prove_by"),
        (Booking.unanswered_too_long, Booking.unanswered_since, "ix_booking_unanswered"),
        (Booking.unanswered_too_near, Booking.starts_at, "ix_booking_status_start"),
    ],
    ids=["offers", "unproven requests", "requests unanswered too long", "requests too near"],
)
def test_what_is_overdue_is_found_by_its_deadline(app, found, since, index):
    plan = plan_of(found().with_only_columns(since.class_.id, since).order_by(since))
    assert index in plan
    assert "sort" not in plan.lower(), plan
    assert "temp b-tree" not in plan.lower(), plan


def test_a_turn_taken_twice_in_a_transaction_is_asked_for_once(mara):
    therapist = mara.id
    for end in (db.session.commit, db.session.rollback):
        end()
        with statements() as sent:
            take_turn_of(therapist)
            take_turn_of(therapist)
        assert len(sent) == 1


def test_a_turn_reads_everything_afresh(app, mara):
    db.session.commit()
    assert mara.name == "Mara Lindt"
    db.session.rollback()
    with db.engine.begin() as other:
        other.execute(text("UPDATE therapist SET name = 'Mara Lang'"))
    take_turn_of(mara.id)
    assert mara.name == "Mara Lang"
