"""Extra time: hours that can be booked although the therapist does not usually work then."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.desk.span_words import dates
from app.blueprints.desk.told import Told, bounds, told_by_address, told_context
from app.booking.outside import left_outside
from app.database import db
from app.forms.dated_span import DatedSpanForm
from app.practice.location import Location
from app.refusals import NotPossible, Refused
from app.scheduling.editing import places
from app.scheduling.extra_time import ExtraTime
from app.scheduling.spans import Span
from app.web.access import therapist_only
from app.web.lookup import found
from app.web.paging import page_of
from app.web.rendering import page_or_fragment, see_other, wants_fragment
from app.web.sent_form import sent_key

bp = Blueprint("extra_times", __name__)

PAGE = 50


@bp.get("/working-times/extra")
@therapist_only
def index() -> Response:
    return extra_times_page(_empty_form(), told=told_by_address())


@bp.post("/working-times/extra")
@therapist_only
def give() -> Response:
    therapist = current_user.therapist
    form = DatedSpanForm.typed(request.form, therapist.active_locations)
    form.need_locations()
    span = form.span(therapist)
    if span is None:
        return extra_times_page(form, 422)
    try:
        extra, _ = left_outside(therapist, lambda: _give(span, form, sent_key()))
    except Refused as refusal:
        db.session.rollback()
        form.problem = refusal.sentence
        return extra_times_page(form, 422)
    told = Told(
        f"{dates(*span, therapist.zone)} is open {places(extra.locations)}.",
        undo=f"/working-times/extra/{extra.id}/removal",
    )
    db.session.commit()
    return _told_here(told)


@bp.post("/working-times/extra/<int:extra_time_id>/removal")
@therapist_only
def remove(extra_time_id: int) -> Response:
    therapist = current_user.therapist
    mine = select(ExtraTime).where(ExtraTime.id == extra_time_id, ExtraTime.therapist_id == therapist.id)
    found(db.session.scalar(mine))

    def close() -> dict[str, Any]:
        extra = found(db.session.scalar(mine))
        facts = _facts(extra)
        extra.remove()
        return facts

    facts, left = left_outside(therapist, close)
    told = Told(
        f"Extra time on {dates(*_span_of(facts), therapist.zone)} is removed.",
        undo="/working-times/extra/restoration",
        undo_label="Put it back",
        before=facts,
    ).naming(left)
    db.session.commit()
    return _told_here(told)


@bp.post("/working-times/extra/restoration")
@therapist_only
def restore() -> Response:
    therapist, facts = current_user.therapist, Told.to_undo().before
    span, here = _span_of(facts), _locations(frozenset(facts["locations"]))
    form = DatedSpanForm(why=facts["why"], locations=frozenset(location.id for location in here))
    try:
        extra, _ = left_outside(therapist, lambda: _there(span, form) or _give(span, form))
    except Refused as refusal:
        db.session.rollback()
        empty = _empty_form()
        empty.problem = refusal.sentence
        return extra_times_page(empty, 409)
    told = Told(f"{dates(*span, therapist.zone)} is open again.", undo=f"/working-times/extra/{extra.id}/removal")
    db.session.commit()
    return _told_here(told)


def extra_times_page(form: DatedSpanForm, status: int = 200, told: Told | None = None) -> Response:
    therapist = current_user.therapist
    mine = (ExtraTime.therapist_id == therapist.id, ExtraTime.ends_at > clock.now())
    context = {
        "therapist": therapist,
        "location_choices": [(location.id, location.name) for location in therapist.active_locations],
        "form": form,
        "coming": page_of(select(ExtraTime).where(*mine).order_by(ExtraTime.starts_at, ExtraTime.id), PAGE),
        "dates": dates,
        "places": places,
        **told_context(told),
    }
    return page_or_fragment("working_times/extra_times.html", "working_times/_extra_times.html", status, **context)


def _give(span: Span, form: DatedSpanForm, key: str | None = None) -> ExtraTime:
    """Once for a form's key. Raises NotPossible naming the extra time that is there in one of these locations."""
    therapist = current_user.therapist
    if made_before := ExtraTime.made_by(key):
        return made_before
    for other in ExtraTime.between(therapist.id, span):
        if any(location.id in form.locations for location in other.locations):
            words = f"{dates(*other.span, therapist.zone)} {places(other.locations)}"
            raise NotPossible(f"This overlaps the extra time of {words}.")
    extra = ExtraTime.give(therapist.id, span, _locations(form.locations), form.why)
    extra.made_once = key
    return extra


def _there(span: Span, form: DatedSpanForm) -> ExtraTime | None:
    """Return the extra time that an undo, pressed twice, has brought back already."""
    same = (one for one in ExtraTime.between(current_user.therapist.id, span) if one.span == span)
    return next((one for one in same if {location.id for location in one.locations} == form.locations), None)


def _locations(chosen: frozenset[int]) -> list[Location]:
    return [location for location in current_user.therapist.locations if location.id in chosen]


def _empty_form() -> DatedSpanForm:
    everywhere = frozenset(location.id for location in current_user.therapist.active_locations)
    return DatedSpanForm(all_day=False, locations=everywhere)


def _told_here(told: Told) -> Response:
    return extra_times_page(_empty_form(), told=told) if wants_fragment() else see_other(".index", told=told.token)


def _facts(extra: ExtraTime) -> dict[str, Any]:
    starts_at, ends_at = bounds(extra.span)
    locations = [location.id for location in extra.locations]
    return {"starts_at": starts_at, "ends_at": ends_at, "why": extra.why, "locations": locations}


def _span_of(facts: dict[str, Any]) -> Span:
    return datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(facts["ends_at"])
