"""A span of the week as a therapist types it: to add, to change, to interrupt, to copy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.forms.clock_times import as_field, ending_minute_of, minute_of
from app.forms.fields import CHOOSE_LOCATIONS, Typed, ids_of, own_locations, text_of
from app.practice.location import Location
from app.scheduling.week import Break, Hours


@dataclass
class HoursForm(Typed):
    """From and to, in chosen locations, on one weekday or several."""

    weekdays: frozenset[int]
    starts: str
    ends: str
    locations: frozenset[int]

    @classmethod
    def typed(cls, form: MultiDict[str, str], locations: Sequence[Location]) -> "HoursForm":
        weekdays = frozenset(day for day in ids_of(form, "weekday") if day <= 6)
        chosen, problem = own_locations(form, locations)
        typed = cls(weekdays, text_of(form, "starts"), text_of(form, "ends"), chosen)
        if problem:
            typed.errors["location"] = problem
        return typed

    @classmethod
    def to_add(cls, weekday: int, locations: Iterable[Location]) -> "HoursForm":
        return cls(frozenset({weekday}), "", "", frozenset(location.id for location in locations))

    @classmethod
    def of(cls, span: Hours) -> "HoursForm":
        return cls(frozenset({span.weekday}), as_field(span.starts), as_field(span.ends), span.locations)

    @classmethod
    def to_interrupt(cls, span: Hours) -> "HoursForm":
        """A break in the middle to start from: an hour, or what leaves something on either side."""
        length = min(60, (span.ends - span.starts) // 3 // 5 * 5)
        starts = (span.starts + (span.ends - span.starts - length) // 2) // 30 * 30
        starts = max(starts, span.starts)
        return cls(frozenset({span.weekday}), as_field(starts), as_field(starts + length), span.locations)

    def spans(self) -> list[Hours]:
        """A span for each weekday; empty when `errors` then says what is wrong."""
        found = self._minutes()
        if not self.weekdays:
            self.errors["weekday"] = "Choose at least one day."
        if found is None or self.errors:
            return []
        return [Hours(weekday, *found, self.locations) for weekday in sorted(self.weekdays)]

    def pause(self) -> Break | None:
        """Return what was typed as a break."""
        found = self._minutes()
        return Break(*found, self.locations) if found else None

    def _minutes(self) -> tuple[int, int] | None:
        starts, ends = minute_of(self.starts), ending_minute_of(self.ends)
        if starts is None:
            self.errors["starts"] = "Choose a time to begin."
        if ends is None:
            self.errors["ends"] = "Choose a time to end."
        elif starts is not None and ends <= starts:
            self.errors["ends"] = "The end must be later than the beginning. Midnight, 00:00, is the end of the day."
        if not self.locations:
            self.errors["location"] = CHOOSE_LOCATIONS
        return None if self.errors or starts is None or ends is None else (starts, ends)


@dataclass
class CopyForm(Typed):
    """To which days a day's times go, and what becomes of the times that are there."""

    day: int
    to: frozenset[int] = frozenset()
    joining: bool = False

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> "CopyForm":
        (day, *_) = ids_of(form, "day") or {0}
        copy = cls(min(day, 6), frozenset(to for to in ids_of(form, "to") if to <= 6), form.get("how") == "join")
        if not copy.to - {copy.day}:
            copy.errors["to"] = "Choose at least one other day."
        return copy
