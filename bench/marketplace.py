"""A marketplace as it is after years: thousands of therapists, and all that was ever booked with them."""

import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from types import SimpleNamespace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select, text

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Alternative, Offer
from app.database import db
from app.messages.activity import Activity
from app.messages.message import Message
from app.practice.client import Client
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.practice.user import User
from app.scheduling import openings, slots
from app.scheduling.hold import Hold
from app.scheduling.open_day import OpenDay
from app.scheduling.working_time import WorkingTime, working_time_location


def words(text_: str) -> list[str]:
    return text_.split()


FIRST = words("Ada Bela Cleo Dora Emil Fay Gita Hugo Ida Jun Kaja Lior Mina Nils Olga Pia Quinn Rosa Sami Tove")
LAST = words("Abel Brandt Costa Dahl Evans Fuchs Gray Haas Ito Jensen Kaya Lang Moreau Novak Ortiz Patel Rossi Silva")
LANGUAGES = ("English", "English, German", "English, French", "German", "Spanish, English", "Dutch, English", "Polish")
ZONES = ("Europe/London", "Europe/Berlin", "Europe/Madrid", "America/New_York")
PLACES = (("in_person", "video"), ("video", "phone"), ("in_person", "video", "phone"), ("video",))
TYPES = (("individual",), ("individual", "first_talk"), ("individual", "couples"), ("first_talk", "family"))
HOURS = ((9, 13), (10, 17), (13, 19), (8, 15))
RECENT = 30  # days that the past keeps away from today, where the demo has sessions of its own
Row = tuple[Any, ...]


class Made(NamedTuple):
    """A therapist as far as bookings need to know."""

    id: int
    session_type_id: int
    location_id: int


def generate(therapists: int, past_bookings: int) -> None:
    """Add them to the current app's database, beside what is there; commits."""
    without_checks()
    made = [Made(*row) for row in db.session.execute(one_of_each()).all()]
    made += Practices(therapists, random.Random(42)).write()
    _write_past(made, past_bookings)
    keep()


def keep() -> None:
    """Commit what was loaded, and do at once what a database does by itself after a while."""
    _follow_ids()
    db.session.commit()
    if _on_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    else:
        db.session.execute(text("ANALYZE"))
        db.session.commit()


class Practices:
    """Therapists with all that belongs to them; those with the same habits share the same open days."""

    def __init__(self, number: int, dice: random.Random) -> None:
        self._number, self._dice = number, dice
        self._now = clock.now()
        self._known: dict[object, list[Row]] = {}
        self._rows: dict[Any, list[Row]] = {}

    def write(self) -> list[Made]:
        first, user = next_id(Therapist), next_id(User)
        self._location, self._type, self._working, self._open = map(
            next_id, (Location, SessionType, WorkingTime, OpenDay)
        )
        made = []
        for number in range(self._number):
            made.append(self._add(first + number, user + number))
            if number % 500 == 499:
                self._flush()
        self._flush()
        return made

    def _add(self, number: int, user: int) -> Made:
        dice = self._dice
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        zone, hours = dice.choice(ZONES), dice.choice(HOURS)
        days = tuple(sorted(dice.sample(range(6), dice.choice((3, 4)))))
        self._put(User, (user, f"therapist-{number}@example.com", name, "-", False, self._now))
        about = (f"therapist-{number}", name, "", "Calm and practical help", "", dice.choice(LANGUAGES), zone)
        self._put(Therapist, (number, user, *about, 1440, None, 60, True, 1, self._now + timedelta(days=1)))
        places = [self._add_location(number, kind, zone) for kind in dice.choice(PLACES)]
        types = [self._add_type(number, kind) for kind in dice.choice(TYPES)]
        for day in days:
            self._put(WorkingTime, (self._working, number, day, hours[0] * 60, hours[1] * 60))
            for location, _ in places:
                self._put(working_time_location, (self._working, location))
            self._working += 1
        for session_type, kind in types:
            for location, location_kind in places:
                for day, *rest in self._days(zone, days, hours, 20 if kind == "first_talk" else 50):
                    key = (self._open, number, session_type, location, day, kind, location_kind)
                    self._put(OpenDay, (*key, *rest))
                    self._open += 1
        return Made(number, types[0][0], places[0][0])

    def _add_location(self, therapist: int, kind: str, zone: str) -> tuple[int, str]:
        self._put(Location, (self._location, therapist, kind, kind, "1 High Street", "", "", zone, 0, True))
        self._location += 1
        return self._location - 1, kind

    def _add_type(self, therapist: int, kind: str) -> tuple[int, str]:
        minutes = 20 if kind == "first_talk" else 50
        self._put(SessionType, (self._type, therapist, kind, "Session", minutes, 0, 10, 60, 7500, "GBP", 0, True))
        self._type += 1
        return self._type - 1, kind

    def _days(self, zone: str, days: tuple[int, ...], hours: tuple[int, int], minutes: int) -> list[Row]:
        """The open days of nobody in particular who works then: day, first start, its end, last end, starts."""
        key = (zone, days, hours, minutes)
        if key not in self._known:
            rules = slots.Rules(
                {day: [(hours[0] * 60, hours[1] * 60)] for day in days}, ZoneInfo(zone), minutes, 0, 10, 60
            )
            somebody = SimpleNamespace(zone=zone, minimum_notice_minutes=1440, next_day_before_minute=None)
            now = int(self._now.timestamp())
            span = (now + 86_400, now + 60 * 86_400)
            starts = slots.free_starts(rules, slots.Diary(), self._now.date(), 62, *span)
            by_day: dict[Any, list[int]] = {}
            for start in starts:
                by_day.setdefault(datetime.fromtimestamp(start, ZoneInfo(zone)).date(), []).append(start)
            self._known[key] = [
                (day, *openings.columns_of(of_day, somebody).values()) for day, of_day in by_day.items()
            ]
        return self._known[key]

    def _put(self, table: Any, row: Row) -> None:
        self._rows.setdefault(table, []).append(row)

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            load(table, COLUMNS[table], rows)
        self._rows.clear()


def _write_past(made: list[Made], number: int) -> None:
    """Sessions long over, spread evenly over everybody, three a day, ten to each client."""
    client, booking, hold = next_id(Client), next_id(Booking), next_id(Hold)
    each = -(-number // len(made)) if made else 0
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=RECENT)
    times = [(start, start + timedelta(minutes=50)) for start in islice(_starts_before(midnight), each)]
    sessions = [(one, n, *times[n % each]) for n in range(number) for one in [made[n // each]]]
    people = ((client + n // 10, sessions[n][0].id, f"Client {n}", f"c{n}@example.net") for n in range(0, number, 10))
    booked = (
        (
            booking + n,
            f"past-{booking + n}",
            one.id,
            client + n // 10,
            one.session_type_id,
            one.location_id,
            starts,
            ends,
        )
        for one, n, starts, ends in sessions
    )
    held = ((hold + n, one.id, booking + n, starts, ends) for one, n, starts, ends in sessions)
    load(Client, COLUMNS[Client], ((*row, "", ZONES[0], midnight) for row in people))
    load(Booking, COLUMNS[Booking], ((*row, "attended", "", midnight, midnight, midnight, "") for row in booked))
    load(Hold, COLUMNS[Hold], held)


def _starts_before(midnight: datetime) -> Iterator[datetime]:
    day = 0
    while True:
        day += 1
        yield from (midnight - timedelta(days=day) + timedelta(hours=hour) for hour in (9, 11, 14))


COLUMNS: dict[Any, list[str]] = {
    User: words("id email name password_hash is_operator created_at"),
    Therapist: words(
        "id user_id slug name practice headline about languages zone minimum_notice_minutes next_day_before_minute "
        "horizon_days listed revision openings_due_at"
    ),
    Location: words("id therapist_id kind name address link phone zone position active"),
    SessionType: words(
        "id therapist_id kind name minutes gap_before_minutes gap_after_minutes grid_minutes price_cents currency "
        "position active"
    ),
    WorkingTime: words("id therapist_id weekday starts_minute ends_minute"),
    working_time_location: words("working_time_id location_id"),
    OpenDay: words(
        "id therapist_id session_type_id location_id day session_kind location_kind first_start first_bookable_until "
        "bookable_until starts"
    ),
    Client: words("id therapist_id name email phone zone created_at"),
    Booking: words(
        "id uid therapist_id client_id session_type_id location_id starts_at ends_at status words requested_at "
        "unanswered_since answer_by asked_from"
    ),
    Hold: words("id therapist_id booking_id starts_at ends_at"),
    Message: words(
        "id booking_id channel name recipient address facts wire_id created_at status attempts next_attempt_at"
    ),
    Offer: words("id booking_id kind reason words made_at expires_at previous_status previous_location_id"),
    Activity: words("id booking_id offer_id at actor verb after why"),
    Alternative: words("id offer_id location_id starts_at ends_at accepted"),
}


def load(model: Any, columns: list[str], rows: Iterable[Row]) -> None:
    """Many rows at once: COPY on PostgreSQL, the plain driver on SQLite."""
    table = model if isinstance(model, Table) else model.__table__
    put = _copy if _on_postgresql() else _insert
    put(table.name, ", ".join(f'"{name}"' for name in columns), rows)


def _copy(table: str, columns: str, rows: Iterable[Row]) -> None:
    with _driver().cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([str(value) if isinstance(value, list) else value for value in row])


def _insert(table: str, columns: str, rows: Iterable[Row]) -> None:
    places = ", ".join("?" for _ in columns.split(","))
    command = f'INSERT INTO "{table}" ({columns}) VALUES ({places})'
    _driver().executemany(command, ([_as_sqlite_keeps(value) for value in row] for row in rows))


def _as_sqlite_keeps(value: Any) -> Any:
    """What the types of SQLAlchemy would make of it, without asking each of them a million times."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return str(value) if isinstance(value, list | date) else value


def _driver() -> Any:
    return db.session.connection().connection.driver_connection


def one_of_each() -> Any:
    return select(
        Therapist.id,
        select(SessionType.id).where(SessionType.therapist_id == Therapist.id).limit(1).scalar_subquery(),
        select(Location.id).where(Location.therapist_id == Therapist.id).limit(1).scalar_subquery(),
    ).order_by(Therapist.id)


def next_id(model: Any) -> int:
    return int(db.session.scalar(select(db.func.coalesce(db.func.max(model.id), 0)))) + 1


def _on_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def without_checks() -> None:
    """Keys are right by construction; looking each up again would take longest."""
    if _on_postgresql():
        db.session.execute(text("SET session_replication_role = replica"))


def _follow_ids() -> None:
    if not _on_postgresql():
        return
    db.session.execute(text("SET session_replication_role = DEFAULT"))
    for model in COLUMNS:
        if not isinstance(model, Table):
            name = model.__table__.name
            db.session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT max(id) FROM \"{name}\"))")
            )
