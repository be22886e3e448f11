"""Bank holidays: each closed with a tap, and opened again with another."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.desk.span_words import opened
from app.blueprints.desk.told import Told, bounds, told_by_address, told_context
from app.booking.outside import left_outside
from app.database import db
from app.practice.therapist import Therapist
from app.scheduling.bank_holidays import Region, bank_holidays, countries, parts
from app.scheduling.local_days import day_span
from app.scheduling.spans import Span, union
from app.scheduling.time_off import TimeOff
from app.scheduling.turn import take_turn_of
from app.scheduling.week import WEEKDAYS
from app.web.access import therapist_only
from app.web.rendering import page_or_fragment, see_address, wants_fragment

bp = Blueprint("bank_holidays", __name__)

HERE = "/working-times/bank-holidays"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Holiday:
    """`closing` is the therapist's own time off of exactly this day; `off` is any that closes a part of it."""

    day: date
    name: str
    span: Span
    closing: list[TimeOff]
    off: list[TimeOff]
    closed: bool
    works: bool

    @property
    def when(self) -> str:
        """*Fri 25 Dec 2026*"""
        return f"{self.day:%a %-d %b %Y}"


@bp.get("/working-times/bank-holidays")
@therapist_only
def show() -> Response:
    return holidays_page(told_by_address())


@bp.post("/working-times/bank-holidays")
@therapist_only
def close() -> Response:
    """One of them, or all that are still open."""
    therapist, wanted = current_user.therapist, request.form.get("day", "all")

    def close_days() -> tuple[list[Holiday], list[TimeOff]]:
        chosen = [one for one in _coming(therapist) if not one.closed and wanted in ("all", f"{one.day}")]
        return chosen, [TimeOff.take(therapist.id, holiday.span, holiday.name) for holiday in chosen]

    (closed, taken), left = left_outside(therapist, close_days)
    told = Told(
        _closed_words(closed),
        _place(closed),
        undo=f"{HERE}/reopening" if len(closed) > 1 else "",  # one alone has its own button
        before=[[one.id, *bounds(one.span)] for one in taken],
        time_off=bounds(closed[0].span) if len(closed) == 1 else None,
    ).naming(left)
    db.session.commit()
    return _told_here(told)


@bp.post("/working-times/bank-holidays/opening")
@therapist_only
def open_again() -> Response:
    therapist, wanted = current_user.therapist, request.form.get("day", "")

    def open_day() -> list[Holiday]:
        chosen = [one for one in _coming(therapist) if wanted == f"{one.day}"]
        for time_off in (each for holiday in chosen for each in holiday.closing):
            time_off.reopen()
        return chosen

    chosen, left = left_outside(therapist, open_day)
    told = Told(_opened_words(chosen), _place(chosen)).naming(left)
    db.session.commit()
    return _told_here(told)


@bp.post("/working-times/bank-holidays/reopening")
@therapist_only
def reopen() -> Response:
    """Undo of closing them all: what that press closed, as far as it is still as it was, and nothing else."""
    therapist, facts = current_user.therapist, Told.to_undo().before
    take_turn_of(therapist.id)
    mine = (TimeOff.therapist_id == therapist.id, TimeOff.id.in_([number for number, *_ in facts]))
    then = [one for one in db.session.scalars(select(TimeOff).where(*mine)) if [one.id, *bounds(one.span)] in facts]
    reopened = [one for one in then if one.is_plain]
    for time_off in reopened:
        time_off.reopen()
    told = Told(_reopened_words([one.span for one in reopened]))
    db.session.commit()
    return _told_here(told)


def holidays_page(told: Told | None = None) -> Response:
    therapist, region = current_user.therapist, _region()
    coming = _coming(therapist)
    context = {
        "therapist": therapist,
        "region": region,
        "countries": countries(),
        "parts": parts(region.country) if region else {},
        "coming": coming,
        "still_open": sum(not one.closed for one in coming),
        "weekdays": WEEKDAYS,
        **told_context(told),
    }
    return page_or_fragment("working_times/bank_holidays.html", "working_times/_bank_holidays.html", **context)


def _region() -> Region | None:
    """Return the region chosen in the address or the form, else that of the therapist's zone."""
    chosen = Region.chosen(request.values.get("country"), request.values.get("part"))
    return chosen or Region.of_zone(current_user.therapist.zone)


def _coming(therapist: Therapist) -> list[Holiday]:
    """The bank holidays of the coming year, and which of them are closed."""
    region, today = _region(), clock.now().astimezone(therapist.tz).date()
    days = bank_holidays(region, today, today + YEAR) if region else []
    if not days:
        return []
    off = TimeOff.between(therapist.id, (day_span(days[0][0], therapist.tz)[0], day_span(days[-1][0], therapist.tz)[1]))
    covered = union(one.span for one in off)
    worked = {span.weekday for span in therapist.working_times}
    found = []
    for day, name in days:
        span = day_span(day, therapist.tz)
        closed = any(starts <= span[0] and span[1] <= ends for starts, ends in covered)
        here = [one for one in off if one.starts_at < span[1] and span[0] < one.ends_at]
        closing = [one for one in here if one.span == span and one.is_plain]
        found.append(Holiday(day, name, span, closing, here, closed, day.weekday() in worked))
    return found


def _closed_words(closed: list[Holiday]) -> str:
    if not closed:
        return "Closed already; nothing was changed."
    return f"{closed[0].name} is closed." if len(closed) == 1 else f"{len(closed)} bank holidays are closed."


def _opened_words(chosen: list[Holiday]) -> str:
    """Return the sentence for a day that was to be opened: whatever else is off then keeps it closed."""
    if not chosen:
        return "That day is no bank holiday to come; nothing was changed."
    holiday = chosen[0]
    return opened(holiday.name, holiday.span, [one.span for one in holiday.off if one not in holiday.closing])


def _reopened_words(spans: list[Span]) -> str:
    if not spans:
        return "Open again already; nothing was changed."
    words = "1 bank holiday is open again" if len(spans) == 1 else f"{len(spans)} bank holidays are open again"
    still_off = TimeOff.between(current_user.therapist.id, (min(spans)[0], max(spans)[1]))
    if any(one.starts_at < ends and starts < one.ends_at for one in still_off for starts, ends in spans):
        return f"{words}, except where other time off closes them."
    return f"{words}."


def _place(changed: list[Holiday]) -> str:
    return f"day-{changed[0].day}" if len(changed) == 1 else ""


def _told_here(told: Told) -> Response:
    if wants_fragment():
        return holidays_page(told)
    region = _region()
    country, part = (region.country, region.part) if region else (None, None)
    return see_address(url_for(".show", told=told.token, country=country, part=part, _anchor=told.where or None))
