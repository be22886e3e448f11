"""Everything that can stand on a page: a session of Mara's in each state, and whatever else has an address."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.booking.personal_link import PersonalLink
from app.booking.rearrangement import offer_location
from app.calendars.connections import by_address
from app.calendars.connections.connection import CalendarConnection
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.feed_address import FeedAddress
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.extra_time import ExtraTime
from app.scheduling.time_off import TimeOff
from tests import world

MARA, OLIVE = "mara@example.com", "olive@example.com"
# By whom an address may be called: who looks at it here. Everything else is looked at by nobody in particular.
LOOKING = {"therapist": MARA, "signed_in": MARA, "operator": OLIVE}
# The state of the session changes nothing on these.
ALIKE = {"/sessions/<int:booking_id>/rearrangement", "/sessions/<int:booking_id>/relocation"}
DAY = world.in_days(3)
# What an address shows when it is asked for something more.
QUERIES = {
    "/": ["?on=2020-01-01", "?kind=phone"],
    "/t/<slug>": ["?zones=1", f"?from={world.in_days(8):%Y-%m-%d}"],
    "/t/<slug>/request": [f"?start={DAY:%Y-%m-%dT%H:%MZ}"],
    "/calendar": ["?view=week", "?view=day", "?view=list", f"?date={DAY:%Y-%m-%d}&state=confirmed"],
    "/calendar/time": [f"?start={DAY:%Y-%m-%d}T12:00"],
    "/sessions/<int:booking_id>/rearrangement": ["?reason=asked", "?reason=own"],
    "/sessions/<int:booking_id>/relocation": ["?reason=asked", "?reason=own"],
    "/working-times": ["?add=0", "?copy=0", "?change=1"],
    "/working-times/bank-holidays": ["?country=GB&part=ENG"],
}
# Not ours to lay out: a mail as a mail program shows it.
AS_SENT = "/mailbox/<name>/html"


@dataclass
class Desk:
    """A session of Mara's in each state, by its id, and the links of their clients."""

    bookings: dict[str, int]
    session_links: dict[str, str]
    offer_links: dict[str, str]
    time_off: int
    working_time: int
    extra_time: int
    session_type: int
    sick_day: int
    connection: int
    feed: str
    session_calendars: list[str]

    def addresses_of(self, app: Flask, method: str, in_every_state: bool = True) -> list[str]:
        """Every address that answers to this method, with the session or link of each state (or one) in it."""
        found = []
        for rule in app.url_map.iter_rules():
            if method in (rule.methods or ()):
                filled = self.filled(rule.rule)
                found += filled if in_every_state else filled[:1]
        return sorted(found)

    def looked_at(self, app: Flask) -> dict[str, list[str]]:
        """Every address that answers to looking, with the session or link of each state in it, by who looks at it."""
        found: dict[str, list[str]] = {"": [], MARA: [], OLIVE: []}
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.rule != AS_SENT:
                access = app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]
                filled = self.filled(rule.rule)
                also = [filled[0] + query for query in QUERIES.get(rule.rule, ())]
                found[LOOKING.get(access, "")] += also + (filled[:1] if rule.rule in ALIKE else filled)
        return found

    def filled(self, rule: str) -> list[str]:
        if "<" not in rule:
            return [rule]
        for placeholder, values in self._placeholders(rule).items():
            if placeholder in rule:
                found = [rule.replace(placeholder, str(value)) for value in values]
                return [address for one in found for address in self.filled(one)]
        raise AssertionError(f"say here what can stand in {rule}")

    def _placeholders(self, rule: str) -> dict[str, list]:
        links = self.offer_links if rule.startswith("/o/") else self.session_links
        if rule.startswith("/feeds/"):
            return {"<int:link_id>/<token>": self.session_calendars, "<token>": [self.feed]}
        return {
            "<int:booking_id>": list(self.bookings.values()),
            "<int:time_off_id>": [self.time_off],
            "<int:working_time_id>": [self.working_time],
            "<int:extra_time_id>": [self.extra_time],
            "<int:session_type_id>": [self.session_type],
            "<int:sick_day_id>": [self.sick_day],
            "<int:connection_id>": [self.connection],
            "<int:entry_id>": [1],
            "<token>": list(links.values()),
            "<slug>": ["mara-lindt"],
            "<path:filename>": ["icons/holdfast.svg"],
            "<name>": ["no-such-letter"],
        }


def everything(mara: Therapist, otto: Therapist) -> Desk:
    """Committed."""
    world.ADA.asks(otto, world.in_days(4))
    bookings = _bookings(mara)
    offers = {state: booking.offers[0] for state, booking in bookings.items() if booking.offers}
    links = {state: PersonalLink.to_session(booking.id) for state, booking in bookings.items()}
    desk = Desk(
        bookings={state: booking.id for state, booking in bookings.items()},
        session_links={state: link.token for state, link in links.items()},
        offer_links={state: PersonalLink.to_offer(one.booking_id, one.id).token for state, one in offers.items()},
        time_off=db.session.scalars(select(TimeOff.id)).one(),
        working_time=mara.working_times[0].id,
        extra_time=_extra_time(mara),
        session_type=mara.session_types[0].id,
        sick_day=world.sick_day(mara, 45).id,
        connection=_connection(mara),
        feed=str(FeedAddress.make(mara.id).token),
        session_calendars=[f"{link.id}/{link.calendar_token}" for link in links.values()],
    )
    db.session.commit()
    return desk


STATES = (
    "requested",
    "confirmed",
    "offered",
    "relocated",
    "moved as asked",
    "cancelled",
    "accepted",
    "withdrawn",
    "expired",
)


def _bookings(mara: Therapist) -> dict[str, Booking]:
    people = {state: world.Person(f"{state} client".title(), f"c{n}@example.net") for n, state in enumerate(STATES)}
    bookings = {state: person.asks(mara, world.in_days(day)) for day, (state, person) in enumerate(people.items(), 3)}
    for state in ("confirmed", "moved as asked"):
        bookings[state].confirm()
    for day, state in enumerate(("offered", "accepted", "withdrawn", "expired"), 20):
        world.offer_times(bookings[state], world.in_days(day), world.in_days(day, "15:00"))
    offer_location(bookings["relocated"], "mistake", mara.locations[2], "The room is painted.")
    bookings["moved as asked"].move(world.in_days(30), mara.locations[1])
    bookings["cancelled"].cancel(by="client")
    _end(bookings)
    db.session.commit()
    return bookings


def _extra_time(mara: Therapist) -> int:
    extra = ExtraTime.give(mara.id, (world.in_days(40, "20:00"), world.in_days(40, "22:00")), mara.locations)
    db.session.flush()
    return extra.id


def _connection(mara: Therapist) -> int:
    """A Google account with two calendars, read a while ago; not due, or somebody would ask the real Google."""
    connection = CalendarConnection(therapist_id=mara.id, kind="google", label="mara@gmail.example")
    for name, read in (("mara@gmail.example", True), ("Choir", False)):
        calendar = OutsideCalendar(external_id=name, name=name, is_primary=read, is_read=read, can_write=read)
        calendar.last_sync_at, calendar.next_sync_at = clock.now(), world.in_days(60)
        connection.calendars.append(calendar)
    db.session.add(connection)
    db.session.flush()
    _by_address(mara)
    return connection.id


def _by_address(mara: Therapist) -> None:
    """A calendar by its address that cannot be read at the moment; not due either."""
    address = "https://calendar.example/work.ics"
    connection = by_address.connect(mara.id, mara.zone, address, "Work")
    (calendar,) = connection.calendars
    calendar.next_sync_at, calendar.attempts, calendar.error = world.in_days(60), 1, "The calendar came incomplete."


def _end(bookings: dict[str, Booking]) -> None:
    accepted: Offer = bookings["accepted"].offers[0]
    accepted.accept(accepted.alternatives[0])
    bookings["withdrawn"].offers[0].withdraw()
    expired: Offer = bookings["expired"].offers[0]
    expired.expires_at = expired.made_at
    db.session.flush()
    expired.expire()
