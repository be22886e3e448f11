"""A date, a time and a location as a therapist types them."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from werkzeug.datastructures import MultiDict

from app.booking.booking import Booking
from app.booking.rearrangement import Terms, check_alternative, check_new_terms
from app.booking.refusals import Refused
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.scheduling.availability import in_working_time
from app.scheduling.local_time import SkippedTime, moment


@dataclass
class NewTime:
    """What was typed, kept as it was, and what is wrong with it. Times are the therapist's own clock's."""

    index: int
    date: str
    time: str
    location: str
    errors: list[str] = field(default_factory=list)
    warning: str | None = None

    @classmethod
    def typed(cls, form: MultiDict[str, str], prefix: str = "", index: int = 0) -> "NewTime":
        date_, time_, location = (form.get(f"{prefix}{name}", "").strip()[:40] for name in ("date", "time", "location"))
        return cls(index, date_, time_, location)

    @classmethod
    def of(cls, booking: Booking) -> "NewTime":
        """The present time and location of a session, to start from."""
        local = booking.starts_at.astimezone(booking.therapist.tz)
        return cls(0, f"{local:%Y-%m-%d}", f"{local:%H:%M}", str(booking.location_id))

    def terms(self, booking: Booking, offered: bool = False) -> Terms | None:
        """The terms it stands for, checked against the diary; None when `errors` then says what is wrong.

        `offered`: it is an alternative that the client must still be able to accept.
        """
        starts_at, location = self._moment(booking.therapist), self._location(booking.therapist)
        if starts_at is None or location is None:
            return None
        terms = Terms(starts_at, location)
        try:
            check_alternative(booking, terms) if offered else check_new_terms(booking, starts_at, location)
        except Refused as refusal:
            self.errors.append(refusal.sentence)
            return None
        self._warn(booking, terms)
        return terms

    @property
    def key(self) -> str:
        """Names these very terms, so that a warning is given once and not again."""
        return f"{self.date} {self.time} {self.location}"

    def _moment(self, therapist: Therapist) -> datetime | None:
        try:
            day = date.fromisoformat(self.date)
        except ValueError:
            self.errors.append("Choose a date.")
            return None
        try:
            at = time.fromisoformat(self.time).replace(tzinfo=None)
        except ValueError:
            self.errors.append("Choose a time.")
            return None
        if not 1970 <= day.year <= 9000:
            self.errors.append("Choose a date within the next years.")
            return None
        try:
            return moment(day, at, therapist.tz)
        except SkippedTime as skipped:
            self.errors.append(str(skipped))
            return None

    def _location(self, therapist: Therapist) -> Location | None:
        location = next((one for one in therapist.active_locations if str(one.id) == self.location), None)
        if location is None:
            self.errors.append("Choose one of your locations.")
        return location

    def _warn(self, booking: Booking, terms: Terms) -> None:
        ends_at = terms.starts_at + (booking.ends_at - booking.starts_at)
        if not in_working_time(booking.therapist, terms.location, (terms.starts_at, ends_at)):
            self.warning = "This is outside your working times at this location."
