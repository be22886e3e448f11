"""The weekly working times: one page, on which one day's form at a time is open."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from app.blueprints.desk.told import Told, told_by_address, told_context
from app.booking.outside import left_outside
from app.database import db
from app.forms.fields import ids_of, whole_number
from app.forms.working_hours import CopyForm, HoursForm
from app.practice.therapist import Therapist
from app.refusals import NotPossible, Refused
from app.scheduling.editing import (
    Change,
    Edit,
    changed,
    copied_to,
    enumerated,
    hours_words,
    interrupted,
    keep,
    keep_once,
    restored,
)
from app.scheduling.week import WEEKDAYS, Hours
from app.scheduling.working_time import WorkingTime, week_of
from app.web.access import therapist_only
from app.web.addresses import id_or_404
from app.web.lookup import found
from app.web.refusing import status_of
from app.web.rendering import page_or_fragment, see_other, wants_fragment
from app.web.sent_form import sent_key

bp = Blueprint("working_times", __name__)

NOT_SAVED = "What you typed here is not saved yet."


@dataclass
class Opened:
    """The form that is open on the page: `kind` is add, change, split or copy."""

    kind: str
    day: int
    form: Any
    span_id: int | None = None

    @property
    def name(self) -> str:
        """Of the form, as the address that opens it says it: *change=5*."""
        return f"{self.kind}={self.day if self.span_id is None else self.span_id}"


@bp.get("/working-times")
@therapist_only
def show() -> Response:
    return week_page(_opened_by(request.args), told=told_by_address())


@bp.post("/working-times/another")
@therapist_only
def open_another() -> Response:
    """Open another form in place of the one that is open, unless that would lose what was typed; nothing is stored."""
    wanted = _named(request.form.get("wanted", ""))
    opened = _opened_by(_named(request.form.get("open", "")))
    if opened and _was_typed(opened):
        opened.form.problem = NOT_SAVED
        return week_page(opened, 422, instead=wanted)
    return week_page(_opened_by(wanted)) if wants_fragment() else see_other(".show", **wanted)


@bp.post("/working-times")
@therapist_only
def add() -> Response:
    form = HoursForm.typed(request.form, current_user.therapist.active_locations)
    spans = form.spans()
    opened = Opened("add", min(ids_of(request.form, "day") & set(range(7)), default=0), form)
    key = sent_key()
    return _change(lambda therapist: keep_once(therapist, spans, key), opened, f"Added on {_days(form.weekdays)}.")


@bp.post("/working-times/<int:working_time_id>/change")
@therapist_only
def change(working_time_id: int) -> Response:
    span = own_working_time(working_time_id)
    form = HoursForm.typed(request.form, current_user.therapist.active_locations)
    form.weekdays = frozenset({span.weekday})
    becomes = form.spans()
    return _edit(changed(span.hours, *becomes), Opened("change", span.weekday, form, span.id), "Changed.")


@bp.post("/working-times/<int:working_time_id>/break")
@therapist_only
def split(working_time_id: int) -> Response:
    span = own_working_time(working_time_id)
    form = HoursForm.typed(request.form, current_user.therapist.active_locations)
    pause = form.pause()
    edit = interrupted(span.hours, pause) if pause else week_of
    return _edit(edit, Opened("split", span.weekday, form, span.id), "The break is in.")


@bp.post("/working-times/<int:working_time_id>/removal")
@therapist_only
def remove(working_time_id: int) -> Response:
    span = own_working_time(working_time_id)
    words = f"{WEEKDAYS[span.weekday]} {hours_words(span.hours)} is removed."
    return _edit(changed(span.hours), Opened("remove", span.weekday, HoursForm.of(span.hours)), words, "Put it back")


@bp.post("/working-times/copies")
@therapist_only
def copy() -> Response:
    form = CopyForm.typed(request.form)
    words = f"{WEEKDAYS[form.day]}'s times are {'added to' if form.joining else 'now also those of'} {_days(form.to)}."
    return _edit(copied_to(form.day, form.to, form.joining), Opened("copy", form.day, form), words)


@bp.post("/working-times/restoration")
@therapist_only
def restore() -> Response:
    """Undo, as long as the week has not been changed again."""
    told = Told.to_undo()
    day = int(told.where.removeprefix("day-"))
    edit = restored(_from_plain(told.before), _from_plain(told.after))
    return _edit(edit, Opened("restore", day, HoursForm.to_add(day, ())), "Everything is as it was before.")


def week_page(
    opened: Opened | None, status: int = 200, told: Told | None = None, instead: Mapping[str, str] | None = None
) -> Response:
    """`instead` names the form that was to be opened, while what was typed into `opened` is not saved."""
    therapist = current_user.therapist
    context = {
        "therapist": therapist,
        "location_choices": [(location.id, location.name) for location in therapist.active_locations],
        "weekday_choices": [(number, name[:3]) for number, name in enumerate(WEEKDAYS)],
        "weekdays": WEEKDAYS,
        "days": [_spans_of(number) for number in range(7)],
        "hours_words": hours_words,
        "where": _where,
        "opened": opened,
        "instead": urlencode(instead) if instead else None,
        "form_shown": opened is not None and _has_form(opened),
        **told_context(told),
    }
    return page_or_fragment("working_times/show.html", "working_times/_week.html", status, **context)


def own_working_time(working_time_id: int) -> WorkingTime:
    mine = (span for span in current_user.therapist.working_times if span.id == working_time_id)
    return found(next(mine, None))


def _edit(edit: Edit, opened: Opened, words: str, undo_label: str = "Undo") -> Response:
    return _change(lambda therapist: keep(therapist, edit), opened, words, undo_label)


def _change(verb: Callable[[Therapist], Change], opened: Opened, words: str, undo_label: str = "Undo") -> Response:
    """Do it in the therapist's turn, or show the form again with what is wrong."""
    therapist = current_user.therapist
    try:
        if opened.form.is_wrong:
            raise NotPossible("Please look at the marked fields; nothing was changed yet.")
        change, left = left_outside(therapist, lambda: verb(therapist))
    except Refused as refusal:
        db.session.rollback()
        opened.form.problem = refusal.sentence
        return week_page(opened, status_of(refusal))
    told = Told(
        words,
        where=f"day-{opened.day}",
        undo="/working-times/restoration",
        undo_label=undo_label,
        before=_to_plain(change.before),
        after=_to_plain(change.after),
    ).naming(left)
    db.session.commit()
    return week_page(None, told=told) if wants_fragment() else see_other(".show", told=told.token, _anchor=told.where)


def _named(name: str) -> MultiDict[str, str]:
    """What an address with this name of a form would say; nothing for a name that is none."""
    kind, _, number = name.partition("=")
    return MultiDict({kind: number} if kind in ("change", "split", "add", "copy") else {})


def _was_typed(opened: Opened) -> bool:
    """Whether the form that was sent says something else than it did when it was opened, as `opened` is; it is kept."""
    before = opened.form
    if opened.kind == "copy":
        opened.form = CopyForm.typed(request.form)
        opened.form.errors.clear()
        return (opened.form.to, opened.form.joining) != (before.to, before.joining)
    here = current_user.therapist.active_locations
    typed = opened.form = HoursForm.typed(request.form, here)
    if opened.kind != "add":
        typed.weekdays = before.weekdays
    shown = before.locations & {location.id for location in here}
    return (typed.weekdays, typed.starts, typed.ends, typed.locations) != (
        before.weekdays,
        before.starts,
        before.ends,
        shown,
    )


def _opened_by(named: MultiDict[str, str]) -> Opened | None:
    """The form that an address asks for, if it makes sense."""
    for kind in ("change", "split"):
        if wanted := named.get(kind, type=id_or_404):
            span = own_working_time(wanted)
            form = HoursForm.of(span.hours) if kind == "change" else HoursForm.to_interrupt(span.hours)
            return Opened(kind, span.weekday, form, span.id)
    for kind in ("add", "copy"):
        day = named.get(kind, type=whole_number)
        if day is not None and 0 <= day <= 6:
            locations = current_user.therapist.active_locations
            return Opened(kind, day, HoursForm.to_add(day, locations) if kind == "add" else CopyForm(day))
    return None


def _spans_of(weekday: int) -> list[WorkingTime]:
    spans = [span for span in current_user.therapist.working_times if span.weekday == weekday]
    return sorted(spans, key=lambda span: (span.starts_minute, span.ends_minute, span.id))


def _where(span: WorkingTime) -> str:
    """*at all locations*, or the names of the span's locations."""
    active = current_user.therapist.active_locations
    here = [location.name for location in active if location in span.locations]
    if len(here) == len(active) > 1:
        return "at all locations"
    return ", ".join(here) or "no location: nobody can book this"


def _has_form(opened: Opened) -> bool:
    """Return whether the form that is open finds its place: its span may have gone meanwhile."""
    if opened.span_id is None:
        return opened.kind in ("add", "copy")
    return any(span.id == opened.span_id for span in current_user.therapist.working_times)


def _days(weekdays: frozenset[int]) -> str:
    return enumerated([WEEKDAYS[day] for day in sorted(weekdays)]) if weekdays else "no day"


def _to_plain(week: list[Hours]) -> list[Any]:
    return [[span.weekday, span.starts, span.ends, sorted(span.locations)] for span in week]


def _from_plain(rows: list[Any]) -> list[Hours]:
    return [Hours(weekday, starts, ends, frozenset(locations)) for weekday, starts, ends, locations in rows]
