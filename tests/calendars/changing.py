"""Random changes on both sides of a connected calendar, and what each side must show in the end."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app import clock
from app.booking.booking import Booking
from app.booking.offer import Offer
from app.calendars.writing.entry import CalendarEntry
from app.calendars.writing.standing import Standing
from app.database import db
from app.practice.therapist import Therapist
from app.refusals import Refused
from app.scheduling.hold import Hold
from app.scheduling.spans import Span
from tests import world
from tests.calendars.connected import busy_spans
from tests.google import Calendar

HOUR = timedelta(hours=1)


class There:
    """The therapist, in their calendar at Google."""

    def __init__(self, calendar: Calendar, dice: random.Random) -> None:
        self.calendar, self.dice = calendar, dice
        self.entries: list[str] = []
        self.series: dict[str, datetime] = {}

    def change(self) -> None:
        verbs = [self.add] * 4 + [self.move] * 3 + [self.cancel] * 2 + [self.free, self.begin_series, self.end_a_day]
        self.dice.choice([*verbs, self.edit_one_of_ours])()

    def add(self) -> None:
        starts = self._when()
        more = self.dice.choice([{}, {}, {}, {"transparency": "transparent"}, {"eventType": "focusTime"}])
        if self.dice.random() < 0.1:
            starts = starts.date()
        self.entries.append(self.calendar.add("Private", starts, starts + self._long(starts), **more))

    def move(self) -> None:
        if self.entries:
            starts = self._when()
            self.calendar.move(self.dice.choice(self.entries), starts, starts + HOUR)

    def cancel(self) -> None:
        if self.entries:
            self.calendar.cancel(self.entries.pop(self.dice.randrange(len(self.entries))))

    def free(self) -> None:
        if self.entries:
            shown = self.dice.choice(["transparent", "opaque"])
            self.calendar.change(self.dice.choice(self.entries), transparency=shown)

    def begin_series(self) -> None:
        starts = self._when()
        rule = [f"RRULE:FREQ=DAILY;COUNT={self.dice.randint(2, 5)}"]
        self.series[self.calendar.add("Choir", starts, starts + HOUR, recurrence=rule)] = starts

    def end_a_day(self) -> None:
        """Of a series, or all of it."""
        if not self.series:
            return
        series = self.dice.choice(list(self.series))
        starts = self.series.pop(series)
        self.calendar.cancel(self.dice.choice([series, f"{series}_{starts:%Y%m%dT%H%M%SZ}"]))

    def edit_one_of_ours(self) -> None:
        """By hand, as if it were one of theirs."""
        ours = [entry["id"] for entry in self.calendar.live() if is_ours(entry)]
        if not ours:
            return
        one, starts = self.dice.choice(ours), self._when()
        if self.dice.random() < 0.3:
            self.calendar.cancel(one)
        else:
            self.calendar.move(one, starts, starts + HOUR)

    def _when(self) -> datetime:
        return world.in_days(self.dice.randint(1, 40), f"{self.dice.randint(8, 19):02d}:{self.dice.choice('03')}0")

    def _long(self, starts: date) -> timedelta:
        return self.dice.choice([HOUR, 2 * HOUR]) if isinstance(starts, datetime) else timedelta(days=1)


class Here:
    """The therapist, in Holdfast."""

    def __init__(self, therapist: Therapist, dice: random.Random) -> None:
        self.therapist, self.dice = therapist, dice
        self.people = 0

    def change(self) -> None:
        """What is not possible just now, since somebody was faster, changes nothing."""
        try:
            self.dice.choice([self.book, self.book, self.book, self.move, self.cancel, self.offer, self.answer])()
            db.session.commit()
        except Refused:
            db.session.rollback()

    def book(self) -> None:
        self.people += 1
        person = world.Person(f"Client {self.people}", f"client{self.people}@example.net")
        person.is_booked(self.therapist, self._when())

    def move(self) -> None:
        for booking in self._some(status="confirmed"):
            booking.move(self._when(), booking.location)

    def cancel(self) -> None:
        for booking in self._some(status="confirmed"):
            booking.cancel(by="therapist")

    def offer(self) -> None:
        for booking in self._some(status="confirmed"):
            world.offer_times(booking, self._when(), self._when())

    def answer(self) -> None:
        offers = db.session.scalars(db.select(Offer).filter_by(outcome=None)).all()
        if offers:
            offer = self.dice.choice(offers)
            self.dice.choice([offer.withdraw, offer.decline, lambda: offer.accept(offer.alternatives[0])])()

    def _some(self, **what: Any) -> list[Booking]:
        found = db.session.scalars(db.select(Booking).filter_by(**what).order_by(Booking.id)).all()
        return [self.dice.choice(found)] if found else []

    def _when(self) -> datetime:
        return world.in_days(self.dice.randint(3, 40), f"{self.dice.randint(8, 18):02d}:{self.dice.choice('03')}0")


# What must be so in the end, from each side's own truth and by none of the product's ways


def taken_there(calendar: Calendar) -> list[Span]:
    now = clock.now()
    shown = calendar.live(between=(now - timedelta(days=2), now + timedelta(days=80)))
    others = [one for one in shown if not is_ours(one) and one.get("transparency") != "transparent"]
    return sorted(_span(one, calendar) for one in others)


def ours_there(calendar: Calendar) -> list[Span]:
    """The times of what we wrote there; where a person changed one and is told here, the time before it."""
    there = {one["id"]: _span(one, calendar) for one in calendar.live() if is_ours(one)}
    return sorted((there | _edited_as_told(there)).values())


def _edited_as_told(there: Mapping[str, Span]) -> dict[str, Span]:
    edited = db.session.scalars(db.select(CalendarEntry).filter_by(state="edited")).all()
    told = {
        one.entry_id: standing.span
        for one in edited
        if there.get(one.entry_id) == _edit_of(one) and (standing := Standing.read(one.written))
    }
    db.session.commit()
    return told


def _edit_of(entry: CalendarEntry) -> Span | None:
    """To when it was moved; None: it was deleted."""
    return (entry.edited_starts_at, entry.edited_ends_at) if entry.edited_starts_at and entry.edited_ends_at else None


def taken_here(therapist: Therapist) -> list[Span]:
    """Without where they moved entries of ours, which closes time too."""
    return sorted(busy_spans(therapist, moved_there=False))


def held_here(therapist: Therapist) -> list[Span]:
    db.session.commit()
    held = db.select(Hold.starts_at, Hold.ends_at).where(Hold.therapist_id == therapist.id)
    found = sorted((starts, ends) for starts, ends in db.session.execute(held))
    db.session.commit()
    return found


def is_ours(entry: dict[str, Any]) -> bool:
    return "holdfast" in entry.get("extendedProperties", {}).get("private", {})


def _span(entry: dict[str, Any], calendar: Calendar) -> Span:
    return _moment(entry["start"], calendar), _moment(entry["end"], calendar)


def _moment(side: dict[str, str], calendar: Calendar) -> datetime:
    if "date" in side:
        return datetime.combine(date.fromisoformat(side["date"]), datetime.min.time(), ZoneInfo(calendar.zone))
    return datetime.fromisoformat(side["dateTime"])
