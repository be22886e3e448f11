"""A change happens with all that belongs to it or not at all: each verb is broken at every statement in turn."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from app import clock
from app.booking.booking import Booking
from app.booking.dispute import dispute
from app.booking.kept_answer import KeptAnswer, Seen
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import Terms, offer_alternatives, offer_location
from app.booking.requesting import Asker, book_for_client, request_session
from app.booking.sick_day import SickDay
from app.database import db
from app.messages import reminders
from app.practice.therapist import Therapist
from app.scheduling.time_off import TimeOff
from tests import world
from tests.booking.holds import check_everything
from tests.dump import dump

MOST_STATEMENTS = 80


class Broken(Exception):
    """The database went away just now."""


@contextmanager
def breaking_at(number: int) -> Iterator[list[str]]:
    """Let `number` statements through and break the next; gives those that came."""
    came: list[str] = []

    def count(_connection, _cursor, statement, *_rest) -> None:
        came.append(statement)
        if len(came) > number:
            raise Broken(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield came
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


@contextmanager
def breaking_at_the_end() -> Iterator[None]:
    """Every statement comes through, and then the commit does not."""

    def refuse(_connection) -> None:
        raise Broken

    event.listen(db.engine, "commit", refuse)
    try:
        yield
    finally:
        event.remove(db.engine, "commit", refuse)


def mara() -> Therapist:
    return db.session.scalars(select(Therapist)).one()


def booking() -> Booking:
    return db.session.scalars(select(Booking)).one()


def offer() -> Offer:
    return db.session.scalars(select(Offer)).one()


# What each needs to have happened before


def nothing() -> None:
    world.add_therapist("Mara Lindt")


def requested() -> None:
    nothing()
    world.INES.asks(mara(), world.in_days(3))


def confirmed() -> None:
    requested()
    booking().confirm()


def offered() -> None:
    requested()
    world.offer_times(booking(), world.in_days(4), world.in_days(4, "12:00"), world.in_days(5))


def relocated() -> None:
    requested()
    offer_location(booking(), "own", mara().locations[2], "The room is painted.")


def overdue() -> None:
    offered()
    offer().expires_at = offer().made_at


def disputed() -> None:
    moved_as_asked()
    dispute(booking())


def disputed_and_overdue() -> None:
    disputed()
    offer().expires_at = clock.now()


def unanswered() -> None:
    requested()
    booking().wait_since(world.in_days(-4))


def moved_as_asked() -> None:
    confirmed()
    booking().move(world.in_days(4), mara().locations[1])


def moved_away() -> None:
    offered()
    offer().accept(offer().alternatives[0])


def sick_day() -> None:
    confirmed()
    world.sick_day(mara(), 3)


def begun() -> None:
    confirmed()
    booking().starts_at, booking().ends_at = world.in_days(-1), world.in_days(-1, "10:50")
    db.session.flush()
    booking().keep_holds()


def at_half_time() -> None:
    offered()
    offer().made_at, offer().expires_at = clock.now() - timedelta(hours=20), clock.now() + timedelta(hours=4)


# What is done


def ask() -> None:
    asker = Asker("Jonas Peters", "jonas@example.net", "", "Europe/London", address="10.0.0.1")
    session_type, location = mara().session_types[0], mara().locations[0]
    request_session(mara(), session_type, location, world.in_days(6), asker, "Hello")


def book() -> None:
    client = Asker("Jonas Peters", "jonas@example.net", "", "Europe/London", address="")
    book_for_client(mara(), mara().session_types[0], mara().locations[0], world.in_days(6), client, "As you asked")


def offer_three() -> None:
    starts = (world.in_days(4), world.in_days(4, "12:00"), world.in_days(5))
    offer_alternatives(booking(), "own", [Terms(start, mara().locations[0]) for start in starts], "Sorry")


def kept_answer() -> None:
    seen = Seen(int(booking().starts_at.timestamp()), booking().location_id)
    KeptAnswer.confirm(booking(), "1234567890-abcdef", seen, timedelta(0))


def decline_and_block() -> None:
    booking().cancel(by="therapist", words="Not my field")
    booking().block_sender()


CHANGES: dict[str, tuple[Callable[[], None], Callable[[], object]]] = {
    "a client asks": (nothing, ask),
    "the therapist books for a client": (requested, book),
    "the therapist confirms": (requested, lambda: booking().confirm()),
    "the therapist declines and blocks": (requested, decline_and_block),
    "the therapist moves as asked": (confirmed, lambda: booking().move(world.in_days(4), mara().locations[1])),
    "the therapist relocates as asked": (confirmed, lambda: booking().relocate(mara().locations[1])),
    "the therapist offers times": (confirmed, offer_three),
    "the therapist changes the location": (
        requested,
        lambda: offer_location(booking(), "mistake", mara().locations[2], "Sorry"),
    ),
    "the therapist withdraws": (offered, lambda: offer().withdraw()),
    "the therapist withdraws a location": (relocated, lambda: offer().withdraw()),
    "the therapist cancels under an offer": (offered, lambda: booking().cancel(by="therapist")),
    "a choice is told by phone": (offered, lambda: offer().accept(offer().alternatives[1], by="therapist")),
    "the client accepts": (offered, lambda: offer().accept(offer().alternatives[1])),
    "the client agrees": (relocated, lambda: offer().accept(offer().alternatives[0])),
    "the client declines": (offered, lambda: offer().decline("None")),
    "the client cancels": (confirmed, lambda: booking().cancel(by="client", words="Ill")),
    "the client disputes": (moved_as_asked, lambda: dispute(booking())),
    "the client keeps it as it was": (disputed, lambda: offer().keep()),
    "nobody answers a disputed change": (disputed_and_overdue, lambda: offer().expire()),
    "an offer expires": (overdue, lambda: offer().expire()),
    "a request lapses": (unanswered, lambda: booking().lapse()),
    "attendance is recorded": (begun, lambda: booking().record_attendance("attended")),
    "a sick day is sent": (confirmed, lambda: world.sick_day(mara(), 3, commit=False)),
    "a sick day is taken back": (sick_day, lambda: db.session.scalars(select(SickDay)).one().take_back()),
    "closed time is opened again": (moved_away, lambda: db.session.scalars(select(TimeOff)).one().reopen()),
    "a page of an offer is opened": (
        offered,
        lambda: db.session.scalars(select(PersonalLink).filter_by(purpose="offer")).one().note_opening(),
    ),
    "an answer that was kept while offline comes": (requested, kept_answer),
    "a reminder is written": (at_half_time, lambda: [message.write() for message in reminders.due()]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_breaks_in_the_middle_leaves_everything_as_it_was(app, change):
    prepare, do = CHANGES[change]
    prepare()
    db.session.commit()
    before = dump()
    with breaking_at_the_end():
        do()
        with pytest.raises(Broken):
            db.session.commit()
    db.session.rollback()
    assert dump() == before
    for number in range(MOST_STATEMENTS):
        with breaking_at(number) as came:
            try:
                do()
                db.session.commit()
                break
            except Broken:
                db.session.rollback()
        assert dump() == before, f"broken at: {came[-1]}"
    else:
        raise AssertionError(f"still not done after {MOST_STATEMENTS} statements")
    assert number > 1, "nothing was tried"
    assert dump() != before
    if prepare is not begun:  # its time was set by hand, past the history
        check_everything()
