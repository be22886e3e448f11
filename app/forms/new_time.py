"""A date, a time and a location as a therapist types them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.booking.booking import Booking
from app.booking.new_terms import check_new_terms
from app.booking.rearrangement import Terms, check_alternative
from app.calendars.deciding.clashes import busy_besides
from app.forms.clock_times import minute_of
from app.forms.typed_dates import starting_day_of
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.refusals import Refused
from app.scheduling.availability import in_working_time
from app.scheduling.local_time import SkippedTime, moment

T = TypeVar("T")

CHOOSE_LOCATION = "Choose one of your locations."


class NoMoment(ValueError):
    """What was typed is no moment: a sentence, and the fields that it is about."""

    def __init__(self, sentence: str, *fields: str) -> None:
        super().__init__(sentence)
        self.fields = fields


@dataclass
class NewTime:
    """What was typed, kept as it was, and what is wrong with it. Times are the therapist's own clock's."""

    index: int
    date: str
    time: str
    location: str
    errors: list[str] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)  # the fields that the errors are about
    warning: str | None = None
    busy: str = ""  # the busy times of which it warns

    @classmethod
    def typed(cls, form: MultiDict[str, str], prefix: str = "", index: int = 0) -> "NewTime":
        date_, time_, location = (form.get(f"{prefix}{name}", "").strip()[:40] for name in ("date", "time", "location"))
        return cls(index, date_, time_, location)

    @classmethod
    def of(cls, booking: Booking) -> "NewTime":
        """The present time and location of a session, to start from."""
        return cls.of_terms(Terms(booking.starts_at, booking.location), booking.therapist.tz)

    @classmethod
    def of_terms(cls, terms: Terms, zone: ZoneInfo) -> "NewTime":
        """Return what a therapist would have typed for these terms."""
        local = terms.starts_at.astimezone(zone)
        return cls(0, f"{local:%Y-%m-%d}", f"{local:%H:%M}", str(terms.location.id))

    @classmethod
    def named(cls, key: str) -> "NewTime":
        """The one that has this key (see `key`); with nothing in it when the key is none."""
        date_, time_, location = ([*key[:60].split(" "), "", "", ""])[:3]
        return cls(0, date_, time_, location)

    def terms(self, booking: Booking, offered: bool = False) -> Terms | None:
        """The terms it stands for, checked against the diary; None when `errors` then says what is wrong.

        `offered`: it is an alternative that the client must still be able to accept.
        """
        terms = self.chosen(booking.therapist)
        if terms is None:
            return None
        try:
            check_alternative(booking, terms) if offered else check_new_terms(booking, terms.starts_at, terms.location)
        except Refused as refusal:
            self.refuse(refusal.sentence)
            return None
        self.warn_outside(booking.therapist, terms, booking.ends_at - booking.starts_at, booking)
        return terms

    def chosen(self, therapist: Therapist) -> Terms | None:
        """The start and location it stands for, not checked against any diary; None as above."""
        starts_at, location = self._moment(therapist), self._location(therapist)
        return Terms(starts_at, location) if starts_at and location else None

    def warn_outside(
        self, therapist: Therapist, terms: Terms, length: timedelta, booking: Booking | None = None
    ) -> None:
        """Set `warning` when this much time from the start is not all working time, or busy elsewhere: with more than
        the session that is to be put there, if it is one."""
        span, warnings = (terms.starts_at, terms.starts_at + length), []
        if not in_working_time(therapist, terms.location, span):
            warnings.append("This is outside your working times at this location.")
        if busy := busy_besides(booking, therapist.id, span):
            warnings.append("Your other calendar says that you are busy then.")
        self.busy = ",".join(f"{one.starts_at.timestamp():.0f}-{one.ends_at.timestamp():.0f}" for one in busy)
        self.warning = " ".join(warnings) or None

    def refuse(self, sentence: str, *fields: str) -> None:
        """Something is wrong with the moment; without a word about which of its fields, with both."""
        self.errors.append(sentence)
        self.wrong |= set(fields or ("date", "time"))

    @property
    def key(self) -> str:
        """Names these very terms."""
        return f"{self.date} {self.time} {self.location}"

    @property
    def warned_of(self) -> str:
        """Names them with what is warned of, so that a warning is given once and not again, unless it is another."""
        return f"{self.key} {self.busy}".rstrip()

    def starts_at(self, therapist: Therapist) -> datetime:
        """The moment that was typed. Raises NoMoment."""
        if not self.date and not self.time:
            raise NoMoment("Choose a date and a time.")
        problems: dict[str, str] = {}
        day = _read(starting_day_of, self.date, problems, "date")
        at = _read(_clock_time_of, self.time, problems, "time")
        if day is None or at is None:
            raise NoMoment(" ".join(problems.values()), *problems)
        try:
            return moment(day, at, therapist.tz)
        except SkippedTime as skipped:
            raise NoMoment(str(skipped)) from None

    def _moment(self, therapist: Therapist) -> datetime | None:
        try:
            return self.starts_at(therapist)
        except NoMoment as problem:
            self.refuse(str(problem), *problem.fields)
            return None

    def _location(self, therapist: Therapist) -> Location | None:
        location = next((one for one in therapist.active_locations if str(one.id) == self.location), None)
        if location is None:
            self.errors.append(CHOOSE_LOCATION)
            self.wrong.add("location")
        return location


def _read(reader: Callable[[str], T], text: str, problems: dict[str, str], name: str) -> T | None:
    try:
        return reader(text)
    except ValueError as problem:
        problems[name] = str(problem)
        return None


def _clock_time_of(text: str) -> time:
    minute = minute_of(text)
    if minute is None:
        raise ValueError("Choose a time.")
    return time(*divmod(minute, 60))
