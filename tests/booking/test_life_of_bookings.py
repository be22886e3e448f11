"""Any order of everything that people and time can do to bookings leaves the diary right."""

from datetime import timedelta
from itertools import count

import pytest
import time_machine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.rearrangement import Terms, offer_alternatives, offer_location
from app.booking.sick_day import SickDay
from app.database import db
from app.jobs.expire import expire_offers, lapse_requests
from app.refusals import Refused
from app.scheduling.time_off import TimeOff
from tests import world
from tests.booking.holds import check_everything

NUMBERS = count(1)
HOURS = st.integers(8, 19)
DAYS = st.integers(2, 5)
WHICH = st.integers(0, 7)
ANSWERS = st.sampled_from(["keep", "nothing", "accept", "decline", "later"])


def answered(offer, answer: str) -> None:
    """A disputed change gets this answer, or none until its deadline: what was never asked for is never agreed on."""
    booking, (changed,) = offer.booking, offer.alternatives
    agreed, status, silence_keeps = booking.terms, offer.previous_status, offer.silence_keeps
    if answer == "nothing":
        with time_machine.travel(offer.expires_at, tick=False):
            offer.expire()
        assert booking.status == ("confirmed" if silence_keeps else "cancelled")
    elif answer == "keep":
        offer.keep()
        assert (booking.status, booking.terms) == (status, agreed)
    elif answer == "accept":
        offer.accept(changed)
    elif answer == "decline":
        offer.decline()
    if answer in ("nothing", "keep", "decline"):
        assert (changed.starts_at, changed.location) != (booking.starts_at, booking.location)


class LifeOfBookings(RuleBasedStateMachine):
    """One therapist's diary; what is refused must change nothing."""

    @initialize()
    def set_up(self):
        db.session.rollback()
        self.travel = time_machine.travel(world.at("2026-10-22T09:00:00"), tick=False)  # clocks go back on the 25th
        self.time = self.travel.start()
        self.therapist = world.add_therapist(f"Mara{next(NUMBERS)} Lindt")
        self.therapist_id = self.therapist.id

    def teardown(self):
        if not hasattr(self, "travel"):
            return
        try:
            for _ in range(4):
                self.time.shift(timedelta(days=30))
                expire_offers()
                lapse_requests()
            left = {booking.status for booking in self.bookings()}
            assert not left & {"requested", "awaiting_client"}, "something stayed in limbo"
            check_everything(self.therapist_id)
        finally:
            db.session.rollback()
            self.travel.stop()

    def bookings(self) -> list[Booking]:
        mine = select(Booking).filter_by(therapist_id=self.therapist_id).order_by(Booking.id)
        return list(db.session.scalars(mine))

    def attempt(self, verb) -> None:
        try:
            verb()
            db.session.commit()
        except Refused:
            db.session.rollback()

    def on_some_booking(self, which: int, verb) -> None:
        bookings = self.bookings()
        if bookings:
            self.attempt(lambda: verb(bookings[which % len(bookings)]))

    def on_some_offer(self, which: int, verb) -> None:
        offers = [offer for booking in self.bookings() for offer in booking.offers]
        if offers:
            self.attempt(lambda: verb(offers[-1 - which % len(offers)]))

    def start(self, days: int, hour: int, half: bool):
        return world.in_days(days, f"{hour:02}:{30 if half else 0:02}")

    @rule(days=DAYS, hour=HOURS, half=st.booleans(), place=st.integers(0, 3))
    def client_books(self, days, hour, half, place):
        person = world.Person("Ines Keller", f"ines{next(NUMBERS)}@example.net")
        start, mara = self.start(days, hour, half), self.therapist
        self.attempt(lambda: person.asks(mara, start, mara.locations[place]))

    @rule(which=WHICH)
    def therapist_confirms(self, which):
        self.on_some_booking(which, Booking.confirm)

    @rule(which=WHICH, days=DAYS, hour=HOURS, half=st.booleans(), place=st.integers(0, 3))
    def therapist_moves_as_asked(self, which, days, hour, half, place):
        start = self.start(days, hour, half)
        self.on_some_booking(which, lambda booking: booking.move(start, booking.therapist.locations[place]))

    @rule(which=WHICH, place=st.integers(0, 3))
    def therapist_relocates_as_asked(self, which, place):
        self.on_some_booking(which, lambda booking: booking.relocate(booking.therapist.locations[place]))

    @rule(which=WHICH, times=st.lists(st.tuples(DAYS, HOURS, st.booleans()), min_size=1, max_size=4))
    def therapist_offers_times(self, which, times):
        starts = [self.start(*time) for time in times]

        def offer(booking):
            offer_alternatives(booking, "own", [Terms(start, booking.location) for start in starts])

        self.on_some_booking(which, offer)

    @rule(which=WHICH, quarters=st.lists(st.integers(1, 8), min_size=1, max_size=3, unique=True))
    def therapist_offers_times_close_by(self, which, quarters):
        def offer(booking):
            near = [booking.starts_at + timedelta(minutes=15 * quarter) for quarter in quarters]
            offer_alternatives(booking, "mistake", [Terms(start, booking.location) for start in near])

        self.on_some_booking(which, offer)

    @rule(which=WHICH, place=st.integers(0, 3))
    def therapist_offers_a_location(self, which, place):
        self.on_some_booking(which, lambda one: offer_location(one, "own", one.therapist.locations[place]))

    @rule(which=WHICH, choice=st.integers(0, 3), by=st.sampled_from(["client", "client", "therapist"]))
    def somebody_accepts(self, which, choice, by):
        self.on_some_offer(which, lambda one: one.accept(one.alternatives[choice % len(one.alternatives)], by=by))

    @rule(which=WHICH)
    def client_declines(self, which):
        self.on_some_offer(which, lambda offer: offer.decline())

    @rule(which=WHICH)
    def therapist_withdraws(self, which):
        self.on_some_offer(which, lambda offer: offer.withdraw())

    @rule(days=DAYS)
    def therapist_is_ill(self, days):
        self.attempt(lambda: world.sick_day(self.therapist, days, commit=False))

    @rule(which=WHICH)
    def therapist_takes_a_sick_day_back(self, which):
        mine = select(SickDay).filter_by(therapist_id=self.therapist_id).order_by(SickDay.id)
        sick_days = list(db.session.scalars(mine))
        if sick_days:
            self.attempt(sick_days[which % len(sick_days)].take_back)

    @rule(which=WHICH, by=st.sampled_from(["client", "therapist"]))
    def somebody_cancels(self, which, by):
        self.on_some_booking(which, lambda booking: booking.cancel(by=by))

    @rule(which=WHICH)
    def client_disputes(self, which):
        self.on_some_booking(which, dispute)

    @rule(which=WHICH)
    def client_keeps_it_as_it_was(self, which):
        self.on_some_offer(which, lambda offer: offer.keep())

    @rule(which=WHICH, days=DAYS, hour=HOURS, half=st.booleans(), place=st.integers(0, 3), answer=ANSWERS)
    def therapist_notes_a_wish_that_the_client_never_had(self, which, days, hour, half, place, answer):
        """The whole of it at once: a move, the client's objection, and what comes of it."""
        start = self.start(days, hour, half)

        def object_and_answer(booking):
            booking.move(start, booking.therapist.locations[place])
            answered(dispute(booking), answer)

        self.on_some_booking(which, object_and_answer)

    @rule(which=WHICH, outcome=st.sampled_from(["attended", "no_show"]))
    def therapist_records_attendance(self, which, outcome):
        self.on_some_booking(which, lambda booking: booking.record_attendance(outcome))

    @rule(hours=st.sampled_from([1, 5, 23, 24, 49]))
    def time_passes(self, hours):
        self.time.shift(timedelta(hours=hours))

    @precondition(lambda self: clock.now().hour % 2 == 0)
    @rule()
    def a_sweep_runs(self):
        expire_offers()
        lapse_requests()

    @invariant()
    def the_diary_is_right(self):
        if hasattr(self, "therapist_id"):
            check_everything(self.therapist_id)
            of_sick_days = select(TimeOff).join(SickDay, SickDay.id == TimeOff.sick_day_id)
            undone = of_sick_days.where(SickDay.therapist_id == self.therapist_id, SickDay.undone_at.is_not(None))
            assert db.session.scalars(undone).all() == [], "what was taken back left something closed"


@pytest.mark.timeout(300)
def test_any_order_of_events_keeps_the_diary_right(app):
    run_state_machine_as_test(
        LifeOfBookings,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
