"""Sessions in every state, made with the same verbs that people use."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from app import clock
from app.booking.booking import Booking
from app.booking.rearrangement import Terms, offer_alternatives, offer_location
from app.booking.requesting import Asker, request_session
from app.database import db
from app.messages.activity import record
from app.practice.client import Client
from app.practice.therapist import Therapist
from app.scheduling.availability import free_slots

CLIENTS = (
    ("Ines Keller", "Europe/Berlin", "I can also come later that day."),
    ("Jonas Peters", "Europe/London", ""),
    ("Ada Lowell", "Europe/London", "This is my first session, where do I ring?"),
    ("Tom Okafor", "Europe/London", ""),
    ("Yuki Tanaka", "Asia/Tokyo", "I will call in from Tokyo."),
    ("Elif Demir", "Europe/Istanbul", ""),
    ("Bram Visser", "Europe/Amsterdam", ""),
    ("Carla Rossi", "Europe/Rome", "Could we keep the camera off?"),
)


def fill_diary(therapist: Therapist) -> None:
    """Mara's diary shows everything; the others' have a session or two."""
    bookings = _requests(therapist, 8 if therapist.slug == "mara-lindt" else 2)
    if therapist.slug != "mara-lindt":
        next(bookings).confirm()
        next(bookings)
        return
    _past_session(therapist, "attended", weeks_ago=1)
    _past_session(therapist, "no_show", weeks_ago=2)
    next(bookings)
    next(bookings)
    next(bookings)
    for _ in range(2):
        next(bookings).confirm()
    _offer_three(next(bookings))
    moved_online = next(bookings)
    moved_online.confirm()
    elsewhere = next(location for location in therapist.locations if location != moved_online.location)
    offer_location(moved_online, "own", elsewhere, "The usual room is being painted that week.")
    next(bookings).cancel(by="client", words="I found another time elsewhere.")


def _requests(therapist: Therapist, count: int) -> Iterator[Booking]:
    session_type = therapist.session_types[0]
    for number, (name, zone, words) in zip(range(count), CLIENTS, strict=False):
        location = therapist.locations[number % len(therapist.locations)]
        slot = _spread(free_slots(therapist, session_type, location, _today(therapist), 14), number)
        email = f"{name.split()[0].lower()}@example.net"
        asker = Asker(name, email, f"+44 7700 90{number:04}", zone, address=f"{therapist.slug} {name}")
        yield request_session(therapist, session_type, location, slot, asker, words)


def _today(therapist: Therapist) -> date:
    return clock.now().astimezone(therapist.tz).date()


def _spread(slots: list[datetime], number: int) -> datetime:
    """One slot a day first, so that the week does not begin with a crowd."""
    days = sorted({slot.date() for slot in slots})
    of_day = [slot for slot in slots if slot.date() == days[number % min(5, len(days))]]
    return of_day[len(of_day) // 2 if number % 2 else 0]


def _offer_three(booking: Booking) -> None:
    therapist = booking.therapist
    days = free_slots(therapist, booking.session_type, booking.location, _today(therapist) + timedelta(days=7), 7)
    times = [days[0], days[len(days) // 2], days[-1]]
    booking.confirm()
    offer_alternatives(
        booking,
        "own",
        [Terms(time, therapist.locations[number]) for number, time in enumerate(times)],
        "A clinic day was moved; I am sorry for the trouble.",
    )


def _past_session(therapist: Therapist, status: str, weeks_ago: int) -> None:
    """What is long over was agreed before this practice was set up: only its end is on record, nobody is mailed."""
    name, zone, _ = CLIENTS[weeks_ago]
    client = Client.known_or_new(therapist.id, name, f"{name.split()[0].lower()}@example.net", "", zone)
    start = (clock.now() - timedelta(weeks=weeks_ago)).replace(hour=10, minute=0, second=0, microsecond=0)
    session_type = therapist.session_types[0]
    booking = Booking(
        therapist=therapist,
        client=client,
        session_type=session_type,
        location=therapist.locations[0],
        starts_at=start,
        ends_at=start + session_type.length,
        status=status,
        requested_at=start - timedelta(days=9),
    )
    booking.wait_since(booking.requested_at)
    db.session.add(booking)
    db.session.flush()
    booking.keep_holds()
    record(status, booking, by="therapist")
