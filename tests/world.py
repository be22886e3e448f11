"""Named people in a small world: Mara and Otto give sessions, Ines and Jonas book them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine

from app import clock
from app.booking.booking import Booking
from app.booking.ranking import Free
from app.booking.rearrangement import Terms, offer_alternatives
from app.booking.requesting import Asker, book_for_client, request_session
from app.booking.sick_day import SickDay
from app.booking.sick_day_plan import declare, plan
from app.database import db
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.practice.user import User
from app.scheduling.local_time import moment
from app.scheduling.working_time import WorkingTime

BEGAN = clock.now()
PASSWORD = "correct horse battery"
# PASSWORD, hashed once with parameters that cost nothing: what hashing costs is tried where signing in is tried.
CHEAP_HASH = "$argon2id$v=19$m=8,t=1,p=1$s7i2GQtxhV+Pl5rr45k6aQ$QmfN8oMvJvrZvuuUpWkP2FGvJnmRwt6jZpgIfuvesKw"


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    zone: str = "Europe/London"
    language: str | None = None  # in which they ask

    def asks(
        self, therapist: Therapist, starts_at: datetime, location: Location | None = None, words: str = ""
    ) -> Booking:
        """This person requests a session; committed."""
        asker = Asker(self.name, self.email, "", self.zone, address=self.email, language=self.language)
        booking = request_session(
            therapist, therapist.session_types[0], location or therapist.locations[0], starts_at, asker, words
        )
        db.session.commit()
        return booking

    def is_booked(self, therapist: Therapist, starts_at: datetime, words: str = "", once: str = "") -> Booking:
        """The therapist books a session for this person; committed."""
        client = Asker(self.name, self.email, "", self.zone, address="", once=once)
        booking = book_for_client(
            therapist, therapist.session_types[0], therapist.locations[0], starts_at, client, words
        )
        db.session.commit()
        return booking


INES = Person("Ines Keller", "ines@example.net", "Europe/Berlin")
JONAS = Person("Jonas Peters", "jonas@example.net")
ADA = Person("Ada Lowell", "ada@example.net")


def add_therapist(
    name: str, zone: str = "Europe/London", minutes: int = 50, grid: int = 30, email: str = "", slug: str = ""
) -> Therapist:
    """Works every day from 08:00 to 20:00, in two rooms, by video and by phone; signs in with PASSWORD; committed."""
    user = User(email=email or f"{name.split()[0].lower()}@example.com", name=name, password_hash=CHEAP_HASH)
    therapist = Therapist(user=user, slug=slug or name.lower().replace(" ", "-"), name=name, zone=zone)
    therapist.locations = [
        Location(kind="in_person", name="Room 1", address="1 Harley Street", zone=zone, position=0),
        Location(kind="in_person", name="Room 2", address="2 Harley Street", zone=zone, position=1),
        Location(kind="video", name="Video call", link="https://meet.example.com/x", zone=zone, position=2),
        Location(kind="phone", name="Phone call", phone="+44 20 7946 0123", zone=zone, position=3),
    ]
    therapist.session_types = [SessionType(name="Session", minutes=minutes, grid_minutes=grid)]
    therapist.working_times = [
        WorkingTime(weekday=weekday, starts_minute=8 * 60, ends_minute=20 * 60, locations=therapist.locations)
        for weekday in range(7)
    ]
    db.session.add(therapist)
    db.session.commit()
    return therapist


def in_days(days: int, at: str = "10:00", zone: str = "Europe/London") -> datetime:
    """The moment at which a wall clock shows `at`, some days from today; from the day on which the tests began, so that
    those who begin before midnight and end after it speak of the same days."""
    therapist_zone = ZoneInfo(zone)
    now = clock.now() if time_machine.escape_hatch.is_travelling() else BEGAN
    day: date = now.astimezone(therapist_zone).date() + timedelta(days=days)
    return moment(day, time.fromisoformat(at), therapist_zone)


def offer_times(booking: Booking, *starts: datetime, reason: str = "own", words: str = ""):
    """The therapist offers these times in the booking's own location; committed."""
    offer = offer_alternatives(booking, reason, [Terms(start, booking.location) for start in starts], words)
    db.session.commit()
    return offer


def sick_day(therapist: Therapist, day: int, words: str = "", commit: bool = True) -> SickDay:
    """The therapist cannot work on that day, and offers everybody other times."""
    span = in_days(day, "00:00"), in_days(day + 1, "00:00")
    planned = plan(therapist, span)
    chosen = {
        share.booking.id: [Free(int(one.starts_at.timestamp()), one.location.id) for one in share.alternatives]
        for share in planned.shares
    }
    sessions = {share.booking.id: share.seen for share in planned.shares}
    made = declare(therapist, span, "own", words, sessions, chosen)
    if commit:
        db.session.commit()
    return made


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
