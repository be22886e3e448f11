"""From a date and time to another, as a therapist types them: time off and extra time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from werkzeug.datastructures import MultiDict

from app import cleaning, clock
from app.forms.clock_times import ending_minute_of, minute_of
from app.forms.fields import CHOOSE_LOCATIONS, Typed, own_locations, text_of
from app.forms.typed_dates import day_of, starting_day_of
from app.practice.location import Location
from app.practice.therapist import Therapist
from app.scheduling.local_days import day_span
from app.scheduling.local_time import SkippedTime, moment
from app.scheduling.spans import Span

MOST_LETTERS = 200
DAY_MINUTES = 24 * 60


@dataclass
class DatedSpanForm(Typed):
    """Times empty, or `all_day`: whole local days. Without a second date it ends on the first."""

    from_date: str = ""
    from_time: str = ""
    to_date: str = ""
    to_time: str = ""
    all_day: bool = True
    why: str = ""
    locations: frozenset[int] = frozenset()

    @classmethod
    def typed(cls, form: MultiDict[str, str], locations: Sequence[Location] = ()) -> "DatedSpanForm":
        own, problem = own_locations(form, locations)
        from_time, to_time = text_of(form, "from_time"), text_of(form, "to_time")
        typed = cls(
            from_date=text_of(form, "from_date"),
            from_time=from_time,
            to_date=text_of(form, "to_date"),
            to_time=to_time,
            all_day="all_day" in form or not (from_time or to_time),
            why=cleaning.one_line(form.get("why")),
            locations=own,
        )
        if problem:
            typed.errors["location"] = problem
        if len(typed.why) > MOST_LETTERS:
            typed.errors["why"] = f"Please shorten this to {MOST_LETTERS} characters."
        return typed

    def span(self, therapist: Therapist) -> Span | None:
        """The moments that it means on the therapist's clocks; None when `errors` then says what is wrong."""
        first = self._date("from_date", self.from_date)
        last = self._date("to_date", self.to_date) if self.to_date else first
        if first is None or last is None:
            return None
        starts = self._bound("from_time", first, therapist)
        ends = self._bound("to_time", last, therapist)
        if starts is not None and ends is not None:
            self._refuse_order(starts, ends)
        return None if self.errors or starts is None or ends is None else (starts, ends)

    def need_locations(self) -> None:
        if not self.locations:
            self.errors["location"] = CHOOSE_LOCATIONS

    def _date(self, name: str, text: str) -> date | None:
        try:
            return day_of(text) if name == "to_date" else starting_day_of(text)
        except ValueError as problem:
            self.errors[name] = str(problem)
            return None

    def _bound(self, name: str, day: date, therapist: Therapist) -> datetime | None:
        """The beginning or the end that a date and a time mean."""
        ending = name == "to_time"
        try:
            if self.all_day:
                return day_span(day, therapist.tz)[ending]
            return self._moment(name, day, therapist)
        except SkippedTime as skipped:
            self.errors[name.replace("time", "date") if self.all_day else name] = str(skipped)
            return None

    def _moment(self, name: str, day: date, therapist: Therapist) -> datetime | None:
        ends_at_midnight = name == "to_time" and (not self.to_date or self.to_date == self.from_date)
        text = getattr(self, name)
        minute = ending_minute_of(text) if ends_at_midnight or text == "24:00" else minute_of(text)
        if minute is None:
            self.errors[name] = "Choose a time, or choose whole days."
            return None
        if minute == DAY_MINUTES:
            return day_span(day, therapist.tz)[1]
        return moment(day, time(minute // 60, minute % 60), therapist.tz)

    def _refuse_order(self, starts: datetime, ends: datetime) -> None:
        if ends <= starts:
            self.errors["to_date" if self.all_day or self.to_date > self.from_date else "to_time"] = (
                "The end must be later than the beginning."
            )
        elif ends <= clock.now():
            self.errors["to_date" if self.to_date else "from_date"] = "This is over already. Choose a time to come."
