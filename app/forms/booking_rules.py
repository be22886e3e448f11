"""How soon and how far ahead sessions can be booked, and how long each kind is."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.forms.clock_times import as_field, ending_minute_of
from app.forms.fields import Typed, text_of
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist

LEAST_HOURS, MOST_HOURS = 2, 4 * 7 * 24
MOST_DAYS = 365
LEAST_DAYS = 2  # where the next day can be booked until a time: one day ahead ends before most of it begins


@dataclass
class NoticeForm(Typed):
    """`kind`: 'hours' of notice before a start, or 'day': the next day can be booked until a time."""

    kind: str
    hours: str
    until: str
    horizon: str

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "NoticeForm":
        kind = "day" if form.get("kind") == "day" else "hours"
        return cls(kind, *(text_of(form, name) for name in ("hours", "until", "horizon")))

    @classmethod
    def of(cls, therapist: Therapist) -> "NoticeForm":
        before = therapist.next_day_before_minute
        hours = f"{therapist.minimum_notice_minutes / 60:g}"
        return cls(
            "hours" if before is None else "day",
            hours,
            "18:00" if before is None else as_field(before),
            str(therapist.horizon_days),
        )

    def apply(self, therapist: Therapist) -> bool:
        """Make it the therapist's rules, unless `errors` says what is wrong."""
        horizon = self.number("horizon", self.horizon, 1, MOST_DAYS, "days")
        hours = self._hours(therapist, horizon)
        until = ending_minute_of(self.until)
        if self.kind == "day" and until is None:
            self.errors["until"] = "Choose a time of the day."
        if self.kind == "day" and horizon < LEAST_DAYS and not self.errors:
            self.errors["horizon"] = (
                f"Give at least {LEAST_DAYS} days: with 1, most of the next day could never be booked."
            )
        if self.errors:
            return False
        therapist.horizon_days = horizon
        therapist.next_day_before_minute = until if self.kind == "day" else None
        if self.kind == "hours":
            therapist.minimum_notice_minutes = hours * 60
        return True

    def _hours(self, therapist: Therapist, horizon: int) -> int:
        if self.kind == "day":
            return therapist.minimum_notice_minutes // 60
        hours = self.number("hours", self.hours, LEAST_HOURS, MOST_HOURS, "hours")
        if not self.errors and hours >= horizon * 24:
            self.errors["hours"] = "With this much notice nothing could be booked: give less, or more days ahead."
        return hours


# Each measure in minutes: what it is called, and its bounds, which are the database's too.
MEASURES = {
    "minutes": ("Length", 5, 720),
    "gap_before_minutes": ("Gap before", 0, 240),
    "gap_after_minutes": ("Gap after", 0, 240),
    "grid_minutes": ("Starts every", 5, 240),
}


@dataclass
class MeasuresForm(Typed):
    """A kind of session's measures in minutes."""

    texts: dict[str, str]

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "MeasuresForm":
        return cls({name: text_of(form, name) for name in MEASURES})

    @classmethod
    def of(cls, session_type: SessionType) -> "MeasuresForm":
        return cls({name: str(getattr(session_type, name)) for name in MEASURES})

    def apply(self, session_type: SessionType) -> bool:
        """Make them the session type's, unless `errors` says what is wrong."""
        found = {
            name: self.number(name, self.texts[name], least, most, "minutes")
            for name, (_, least, most) in MEASURES.items()
        }
        if self.errors:
            return False
        for name, minutes in found.items():
            setattr(session_type, name, minutes)
        return True
