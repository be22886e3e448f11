"""Offers: what they hold, how they end, and that they end once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.booking.dispute import dispute
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import Terms, offer_alternatives, offer_location
from app.database import db
from app.jobs.deliver import deliver_waiting
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.user import digest
from app.refusals import BookingChanged, NotPossible, OfferEnded, TimeTaken
from app.scheduling.availability import is_free
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world
from tests.booking.holds import check_everything, held
from tests.booking.test_booking import history, mails


def test_an_offer_holds_every_alternative_and_the_present_time(offer_to_ines):
    booking = offer_to_ines.booking
    assert booking.status == "awaiting_client"
    assert held(booking) == sorted([booking.span, *(one.span for one in offer_to_ines.alternatives)])


def test_an_accepted_alternative_is_the_new_time_and_the_rest_is_free(mara, offer_to_ines):
    booking, (first, second, third) = offer_to_ines.booking, offer_to_ines.alternatives
    offer_to_ines.accept(second)
    db.session.commit()
    assert (booking.status, booking.starts_at) == ("confirmed", second.starts_at)
    assert held(booking) == [second.span]
    assert world.JONAS.asks(mara, first.starts_at)
    assert world.ADA.asks(mara, third.starts_at)
    assert mails(booking)[-2:] == [("client", "confirmed"), ("therapist", "offer_accepted")]


def test_the_time_left_behind_is_closed_until_the_therapist_opens_it_again(mara, offer_to_ines):
    left = offer_to_ines.booking.starts_at
    offer_to_ines.accept(offer_to_ines.alternatives[0])
    db.session.commit()
    with pytest.raises(TimeTaken):
        world.JONAS.asks(mara, left)
    db.session.rollback()
    db.session.scalar(select(TimeOff)).reopen()
    db.session.commit()
    assert world.JONAS.asks(mara, left)


def test_the_second_answer_finds_the_offer_ended(offer_to_ines):
    offer_to_ines.accept(offer_to_ines.alternatives[0])
    db.session.commit()
    for late in (
        lambda: offer_to_ines.accept(offer_to_ines.alternatives[1]),
        offer_to_ines.decline,
        offer_to_ines.withdraw,
    ):
        with pytest.raises(OfferEnded):
            late()
        db.session.rollback()
    assert offer_to_ines.accepted_alternative == offer_to_ines.alternatives[0]


def test_none_of_these_cancels_and_frees_every_time(mara, offer_to_ines):
    booking = offer_to_ines.booking
    times = [booking.starts_at, *(one.starts_at for one in offer_to_ines.alternatives)]
    offer_to_ines.decline("I am travelling.")
    db.session.commit()
    assert (booking.status, held(booking)) == ("cancelled", [])
    assert mails(booking)[-2:] == [("client", "offer_declined"), ("therapist", "client_declined")]
    for person, start in zip((world.JONAS, world.JONAS, world.ADA, world.ADA), times, strict=True):
        person.asks(mara, start)


def test_acceptance_after_the_deadline_is_refused_though_no_sweep_ran(offer_to_ines, time_machine_now):
    time_machine_now(offer_to_ines.expires_at)
    with pytest.raises(OfferEnded):
        offer_to_ines.accept(offer_to_ines.alternatives[2])
    db.session.rollback()
    assert offer_to_ines.state == "expired"


def test_an_offer_cannot_expire_before_its_deadline(offer_to_ines, time_machine_now):
    time_machine_now(offer_to_ines.expires_at - timedelta(seconds=1))
    with pytest.raises(OfferEnded):
        offer_to_ines.expire()


def test_an_unanswered_offer_expires_once_and_both_are_told(offer_to_ines, time_machine_now):
    booking = offer_to_ines.booking
    time_machine_now(offer_to_ines.expires_at)
    offer_to_ines.expire()
    db.session.commit()
    with pytest.raises(OfferEnded):
        offer_to_ines.expire()
    db.session.rollback()
    assert (booking.status, booking.cancelled_because, held(booking)) == ("cancelled", "offer expired", [])
    assert mails(booking)[-2:] == [("client", "offer_expired"), ("therapist", "offer_expired_therapist")]


def test_an_offer_lives_24_elapsed_hours_over_a_clock_change(mara, time_machine_now):
    time_machine_now(world.at("2027-03-27T12:00:00"))  # the clocks go forward that night
    offer = world.offer_times(world.INES.asks(mara, world.in_days(5)), world.in_days(6))
    assert round((offer.expires_at - offer.made_at) / timedelta(hours=1), 3) == 24


def test_the_deadline_comes_before_the_last_alternative(request_of_ines, time_machine_now):
    time_machine_now(world.in_days(2, "20:00"))
    offer = world.offer_times(request_of_ines, world.in_days(1, "09:00"), world.in_days(1, "15:00"))
    assert offer.expires_at == world.in_days(1, "14:00")


def test_an_alternative_that_has_come_too_near_drops_out_by_itself(request_of_ines, time_machine_now):
    time_machine_now(world.in_days(2, "20:00"))
    offer = world.offer_times(request_of_ines, world.in_days(1, "09:00"), world.in_days(1, "15:00"))
    time_machine_now(offer.alternatives[0].starts_at - timedelta(minutes=59))
    with pytest.raises(TimeTaken, match="too near"):
        offer.accept(offer.alternatives[0])
    db.session.rollback()
    offer.accept(offer.alternatives[1])


def test_an_offer_that_leaves_less_than_an_hour_is_refused(request_of_ines, time_machine_now):
    time_machine_now(world.in_days(3, "08:30"))
    request_of_ines.wait_since(clock.now())  # whenever the tests began, it has not lapsed
    with pytest.raises(NotPossible, match="less than an hour"):
        world.offer_times(request_of_ines, world.in_days(0, "10:15"))


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        ([], "at least one"),
        ([timedelta(hours=hour) for hour in range(1, 12)], "at most 10"),
        ([timedelta(hours=1)] * 2, "are the same"),
        ([timedelta(days=-30)], "has passed"),
        ([timedelta(0)], "already has this time"),
    ],
)
def test_alternatives_that_make_no_sense_are_refused_with_a_sentence(request_of_ines, starts, sentence):
    with pytest.raises(NotPossible, match=sentence):
        world.offer_times(request_of_ines, *(request_of_ines.starts_at + delta for delta in starts))


def test_alternatives_may_overlap_each_other_and_the_present_time(request_of_ines):
    quarter = timedelta(minutes=15)
    offer = world.offer_times(request_of_ines, *(request_of_ines.starts_at + quarter * n for n in (1, 2, 3)))
    check_everything()
    offer.accept(offer.alternatives[1])
    db.session.commit()
    check_everything()


def test_an_alternative_may_not_overlap_another_offer(mara, offer_to_ines):
    booking = world.JONAS.asks(mara, world.in_days(5))
    with pytest.raises(TimeTaken, match=r"is offered to Ines K\."):
        world.offer_times(booking, offer_to_ines.alternatives[0].starts_at + timedelta(minutes=30))


def test_a_session_has_one_open_offer_only(offer_to_ines):
    with pytest.raises(BookingChanged):
        world.offer_times(offer_to_ines.booking, world.in_days(6))


def test_the_database_itself_refuses_a_second_open_offer(offer_to_ines):
    again = {
        column.key: getattr(offer_to_ines, column.key) for column in Offer.__mapper__.column_attrs if column.key != "id"
    }
    db.session.add(Offer(**again))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@pytest.mark.parametrize("confirmed_before", [True, False])
def test_a_withdrawn_offer_leaves_the_session_as_it_was(request_of_ines, confirmed_before):
    if confirmed_before:
        request_of_ines.confirm()
    offer = world.offer_times(request_of_ines, world.in_days(4))
    deliver_waiting()
    offer.withdraw()
    db.session.commit()
    assert request_of_ines.status == ("confirmed" if confirmed_before else "requested")
    assert held(request_of_ines) == [request_of_ines.span]
    assert mails(request_of_ines)[-1] == ("client", "offer_withdrawn")


def test_the_time_left_stays_closed_also_where_it_was_extra_time(mara, offer_to_ines):
    (left, ends), room = offer_to_ines.booking.span, mara.locations[0]
    db.session.add(ExtraTime(therapist_id=mara.id, locations=[room], starts_at=left, ends_at=ends))
    offer_to_ines.accept(offer_to_ines.alternatives[0])
    db.session.commit()
    assert not is_free(mara, mara.session_types[0], room, left)
    db.session.scalars(select(TimeOff)).one().reopen()
    assert is_free(mara, mara.session_types[0], room, left)


def test_a_choice_by_phone_counts_as_a_change_the_client_asked_for(offer_to_ines):
    offer_to_ines.accept(offer_to_ines.alternatives[0], by="therapist")
    db.session.commit()
    booking = offer_to_ines.booking
    assert booking.can_be_disputed
    assert mails(booking)[-1] == ("client", "changed_as_asked")


def test_a_changed_location_shows_at_once_and_waits_for_the_client(mara, request_of_ines):
    offer = offer_location(request_of_ines, "own", mara.locations[2])
    db.session.commit()
    assert (request_of_ines.status, request_of_ines.location) == ("awaiting_client", mara.locations[2])
    offer.accept(offer.alternatives[0])
    db.session.commit()
    assert (request_of_ines.status, request_of_ines.location) == ("confirmed", mara.locations[2])
    accepted = db.session.scalar(select(Activity).filter_by(verb="location_accepted"))
    assert (accepted.before["location"], accepted.after["location"]) == ("Room 1", "Video call")
    assert db.session.scalar(select(TimeOff)) is None


def test_a_withdrawn_location_goes_back_to_the_one_before(mara, request_of_ines):
    offer_location(request_of_ines, "own", mara.locations[2]).withdraw()
    db.session.commit()
    assert (request_of_ines.status, request_of_ines.location) == ("requested", mara.locations[0])


def test_a_location_the_client_does_not_agree_to_cancels_the_session(mara, request_of_ines):
    offer_location(request_of_ines, "mistake", mara.locations[2]).decline()
    db.session.commit()
    assert request_of_ines.status == "cancelled"


def test_a_disputed_change_needs_the_clients_consent(mara, request_of_ines):
    request_of_ines.move(world.in_days(4, "16:00"), mara.locations[0])
    db.session.commit()
    offer = dispute(request_of_ines)
    db.session.commit()
    assert (request_of_ines.status, offer.reason, offer.kind) == ("awaiting_client", "disputed", "times")
    assert history(request_of_ines)[-1] == "disputed"
    check_everything()
    for word in (offer.withdraw, lambda: offer.accept(offer.alternatives[0], by="therapist")):
        with pytest.raises(NotPossible):
            word()
        db.session.rollback()
    offer.decline()
    db.session.commit()
    assert request_of_ines.status == "cancelled"


@pytest.mark.parametrize("confirmed_before", [True, False])
def test_an_offer_cannot_be_withdrawn_to_a_time_that_is_over(request_of_ines, time_machine_now, confirmed_before):
    if confirmed_before:
        request_of_ines.confirm()
        db.session.commit()
    time_machine_now(request_of_ines.starts_at - timedelta(hours=2))
    request_of_ines.wait_since(clock.now())  # whenever the tests began, it has not lapsed
    offer = world.offer_times(request_of_ines, world.in_days(5))
    time_machine_now(request_of_ines.starts_at + timedelta(hours=1))
    with pytest.raises(NotPossible, match="is over"):
        offer.withdraw()


def test_an_alternative_that_could_not_be_accepted_any_more_cannot_be_offered(request_of_ines, time_machine_now):
    time_machine_now(world.in_days(2, "13:30"))
    with pytest.raises(NotPossible, match="too near"):
        world.offer_times(request_of_ines, world.in_days(0, "14:15"), world.in_days(4))


def test_a_change_can_be_disputed_once(mara, request_of_ines):
    request_of_ines.relocate(mara.locations[1])
    offer = dispute(request_of_ines)
    assert offer.kind == "location"
    offer.accept(offer.alternatives[0])
    with pytest.raises(NotPossible):
        dispute(request_of_ines)


def test_cancelling_under_an_open_offer_ends_both(offer_to_ines):
    offer_to_ines.booking.cancel(by="client")
    db.session.commit()
    assert offer_to_ines.outcome == "cancelled"
    check_everything()


def test_the_stored_half_of_a_link_opens_nothing(offer_to_ines):
    link = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id)
    assert PersonalLink.find("offer", link.token) is link
    assert PersonalLink.find("session", link.token) is None
    assert PersonalLink.find("offer", link.token_hash) is None
    assert link.token not in (link.seed, link.token_hash)
    assert digest(link.token) == link.token_hash


def test_a_changed_secret_key_kills_no_link_and_makes_new_ones(app, offer_to_ines):
    old = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id).token
    app.config["SECRET_KEY"] = "another key, after the first one leaked"
    assert PersonalLink.known(offer_to_ines.booking_id, offer_to_ines.id) is None
    new = PersonalLink.to_offer(offer_to_ines.booking_id, offer_to_ines.id).token
    assert new != old
    assert all(PersonalLink.find("offer", token).offer is offer_to_ines for token in (old, new))


def test_an_offer_with_another_therapists_room_is_refused(request_of_ines, otto):
    with pytest.raises(NotPossible):
        offer_alternatives(request_of_ines, "own", [Terms(world.in_days(5), otto.locations[0])])


def test_mails_tell_the_alternatives_in_order_however_they_were_added(request_of_ines):
    world.offer_times(request_of_ines, world.in_days(9), world.in_days(4), world.in_days(6))
    told = db.session.scalars(select(Message).filter_by(name="times_offered")).one().facts["offer"]["alternatives"]
    assert [one["starts_at"] for one in told] == [world.in_days(days).isoformat() for days in (4, 6, 9)]
