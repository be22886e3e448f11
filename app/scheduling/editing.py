"""What a therapist does to the weekly working times. Each verb makes the week as it will be, or refuses."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from app.practice.location import Location
from app.practice.therapist import Therapist
from app.refusals import BookingChanged, NotPossible
from app.scheduling.week import WEEKDAYS, Break, Hours, clash, clock_of, copied, in_order, split
from app.scheduling.working_time import WorkingTime, keep_week, week_of

Edit = Callable[[Therapist], list[Hours]]


def added(*spans: Hours) -> Edit:
    """Return the edit that adds spans; none may overlap another at a shared location."""

    def edit(therapist: Therapist) -> list[Hours]:
        week = week_of(therapist)
        for span in spans:
            _refuse_overlap(therapist, span, week)
            week.append(span)
        return in_order(week)

    return edit


def changed(was: Hours, *becomes: Hours) -> Edit:
    """Return the edit that puts other spans in place of one; without any it is removed."""

    def edit(therapist: Therapist) -> list[Hours]:
        left = _without(therapist, was)
        for span in becomes:
            _refuse_overlap(therapist, span, left)
        return in_order([*left, *becomes])

    return edit


def interrupted(was: Hours, pause: Break) -> Edit:
    """Return the edit that takes a break out of a span, at some or all of its locations."""

    def edit(therapist: Therapist) -> list[Hours]:
        parts = split(was, pause)
        if parts == [was]:
            raise NotPossible(f"The break lies outside these hours, {hours_words(was)}.")
        if not parts:
            raise NotPossible("The break would take all of these hours. To have none, remove them instead.")
        return changed(was, *parts)(therapist)

    return edit


def copied_to(day: int, to: Iterable[int], joining: bool) -> Edit:
    """The times of one day on others too, in place of what is there or joined with it."""
    return lambda therapist: copied(week_of(therapist), day, to, joining)


def restored(before: Sequence[Hours], after: Sequence[Hours]) -> Edit:
    """The week as it was before a change; refused when it has been changed again since."""

    def edit(therapist: Therapist) -> list[Hours]:
        if week_of(therapist) != list(after):
            raise BookingChanged(
                "Your week has been changed since then, so nothing was put back. This is your week as it is now."
            )
        return list(before)

    return edit


class Change(NamedTuple):
    """The week before and after an edit."""

    before: list[Hours]
    after: list[Hours]


def keep(therapist: Therapist, edit: Edit) -> Change:
    """Apply the edit. Take the therapist's turn first."""
    before, after = week_of(therapist), edit(therapist)
    keep_week(therapist, after)
    return Change(before, after)


def keep_once(therapist: Therapist, added_spans: Sequence[Hours], key: str | None) -> Change:
    """Add these spans, once for a form's key; sent again, it is the same change."""
    if WorkingTime.made_by(key):
        week = week_of(therapist)
        return Change([span for span in week if span not in added_spans], week)
    change = keep(therapist, added(*added_spans))
    first = next((span for span in therapist.working_times if span.hours in added_spans), None)
    if first is not None:
        first.made_once = key
    return change


def span_words(span: Hours, locations: Sequence[Location]) -> str:
    """*Monday 09:00–13:00 in Room 1 and by video*"""
    return (
        f"{WEEKDAYS[span.weekday]} {hours_words(span)} {places([one for one in locations if one.id in span.locations])}"
    )


def hours_words(span: Hours) -> str:
    """*09:00–13:00*"""
    return f"{clock_of(span.starts)}–{clock_of(span.ends)}"


def places(locations: Iterable[Location]) -> str:
    """*in Room 1 and Room 2, by video and by phone*, as a sentence goes on with it."""
    locations = list(locations)
    rooms = [one.name for one in locations if one.in_person]
    others = list(dict.fromkeys(one.kind_word.lower() for one in locations if not one.in_person))
    return enumerated([*([f"in {enumerated(rooms)}"] if rooms else []), *others])


def enumerated(words: Sequence[str]) -> str:
    """*one, two and three*"""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _without(therapist: Therapist, span: Hours) -> list[Hours]:
    week = week_of(therapist)
    if span not in week:
        raise BookingChanged("This working time has been changed meanwhile. This is your week as it is now.")
    week.remove(span)
    return week


def _refuse_overlap(therapist: Therapist, span: Hours, week: Iterable[Hours]) -> None:
    other = clash(span, week)
    if other is not None:
        raise NotPossible(f"This overlaps {span_words(other, therapist.locations)}.")
