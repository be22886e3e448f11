"""A sick day while it is planned: from when to when, why, and all that was previewed. It lives in the form alone."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from app import cleaning
from app.booking.ranking import Free
from app.booking.rearrangement import Terms, needs_consent
from app.forms.dated_span import DatedSpanForm
from app.forms.fields import an_id, whole_number
from app.practice.therapist import Therapist
from app.scheduling.spans import Span

LONGEST = timedelta(days=62)
LAST_SECOND = 10**11  # far beyond every diary, and still a date


@dataclass
class SickDayForm:
    """`sessions`, `chosen` and `removed` are empty before the first preview."""

    dates: DatedSpanForm = field(default_factory=DatedSpanForm)
    reason: str = "own"
    words: str = ""
    problem: str | None = None
    sessions: dict[int, str] = field(default_factory=dict)
    chosen: dict[int, list[Free]] = field(default_factory=dict)
    removed: set[tuple[int, Free]] = field(default_factory=set)

    @classmethod
    def linked(cls, values: MultiDict[str, str]) -> "SickDayForm":
        """Return the form as another page's link fills it in; what is wrong is said when it is sent."""
        dates = DatedSpanForm.typed(values)
        _as_whole_days(dates)
        return cls(dates)

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "SickDayForm":
        words, problem = cleaning.words(form.get("words"))
        typed = cls(DatedSpanForm.typed(form), form.get("reason", ""), words)
        if problem:
            typed.dates.errors["words"] = problem
        typed.sessions = dict(_seen(form.getlist("session")))
        for number, free in _numbered(form.getlist("alternative")):
            typed.chosen.setdefault(number, []).append(free)
        typed.removed = set(_numbered(form.getlist("removed")))
        return typed

    def remove(self, text: str) -> None:
        """Take out one alternative, as named by `named`, if it is there."""
        for number, free in _numbered([text]):
            self.chosen[number] = [one for one in self.chosen.get(number, []) if one != free]
            self.removed.add((number, free))

    def span(self, therapist: Therapist) -> Span | None:
        """Return the span of the sick day; None when errors or `problem` say what must be looked at first."""
        span = self.dates.span(therapist)
        if span and span[1] - span[0] > LONGEST:
            self.dates.errors["to_date"] = f"Choose at most {LONGEST.days} days at once."
        if not needs_consent(self.reason):
            self.problem = self.problem or "Choose why this is changing."
        return None if self.problem or self.dates.errors else span


def named(booking_id: int, terms: Terms) -> str:
    """An alternative of one session as the form carries it."""
    return f"{booking_id}.{int(terms.starts_at.timestamp())}.{terms.location.id}"


def _numbered(texts: Iterable[str]) -> Iterator[tuple[int, Free]]:
    for text in texts:
        with suppress(ValueError):
            booking_id, start, location_id = text.split(".")
            if (second := whole_number(start)) < LAST_SECOND:
                yield an_id(booking_id), Free(second, an_id(location_id))


def _seen(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    for text in texts:
        number, _, seen = text.partition(".")
        with suppress(ValueError):
            yield an_id(number), seen


def _as_whole_days(dates: DatedSpanForm) -> None:
    """From midnight to midnight is said in days."""
    if (dates.from_time, dates.to_time) != ("00:00", "00:00"):
        return
    try:
        last = date.fromisoformat(dates.to_date) - timedelta(days=1)
    except (ValueError, OverflowError):
        return
    dates.from_time = dates.to_time = ""
    dates.to_date, dates.all_day = last.isoformat(), True
