"""Time off: taken for an hour, a day or a fortnight, and opened again."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.blueprints.desk.bookings import done
from app.blueprints.desk.span_words import dates, opened
from app.blueprints.desk.told import Told, bounds, told_by_address, told_context
from app.booking.outside import Left, left_outside
from app.database import db
from app.forms.dated_span import DatedSpanForm
from app.refusals import NotPossible, Refused
from app.scheduling.extra_time import ExtraTime
from app.scheduling.spans import Span
from app.scheduling.time_off import TimeOff
from app.scheduling.turn import take_turn_of
from app.web.access import safe_next, therapist_only
from app.web.lookup import found, own_booking
from app.web.paging import page_of
from app.web.refusing import status_of
from app.web.rendering import page_or_fragment, see_address, see_other, wants_fragment
from app.web.sent_form import sent_key

bp = Blueprint("times_off", __name__)

HERE = "/times-off"
PAGE = 50


@bp.get("/times-off")
@therapist_only
def index() -> Response:
    return times_off_page(DatedSpanForm(), told=told_by_address())


@bp.post("/times-off")
@therapist_only
def take() -> Response:
    therapist, form = current_user.therapist, DatedSpanForm.typed(request.form)
    span = form.span(therapist)
    if span is None:
        return times_off_page(form, 422)
    try:
        time_off, left = left_outside(therapist, lambda: _take(span, form.why, sent_key()))
    except Refused as refusal:
        db.session.rollback()
        form.problem = refusal.sentence
        return times_off_page(form, status_of(refusal))
    told = _told_of(time_off, span, left)
    db.session.commit()
    if request.form.get("next") and not left:
        return see_address(safe_next(request.form["next"], HERE))
    return _told_here(told)


@bp.post("/times-off/<int:time_off_id>/reopening")
@therapist_only
def reopen(time_off_id: int) -> Response:
    therapist = current_user.therapist
    take_turn_of(therapist.id)
    mine = select(TimeOff).where(TimeOff.id == time_off_id, TimeOff.therapist_id == therapist.id)
    time_off = found(db.session.scalar(mine))
    span, booking_id, facts = time_off.span, time_off.booking_id, _facts(time_off)
    time_off.reopen()
    still_off = [one.span for one in TimeOff.between(therapist.id, span)]
    told = Told(
        opened(dates(*span, therapist.zone), span, still_off),
        undo="/times-off/restoration",
        undo_label="Close it again",
        before=facts,
    )
    if booking_id and "next" not in request.form:
        return done(own_booking(booking_id))  # pressed on the page of the session that left this time
    db.session.commit()
    wanted = safe_next(request.form.get("next"), HERE)
    return _told_here(told) if wanted == HERE else see_address(wanted)


@bp.post("/times-off/restoration")
@therapist_only
def restore() -> Response:
    """Undo of a reopening: closed again, with what it was closed for."""
    therapist, facts = current_user.therapist, Told.to_undo().before
    span = datetime.fromisoformat(facts.pop("starts_at")), datetime.fromisoformat(facts.pop("ends_at"))

    def close() -> TimeOff:
        there = next((one for one in TimeOff.between(therapist.id, span) if one.span == span), None)
        if there is not None:
            return there  # pressed twice
        if facts["booking_id"] is None and facts["sick_day_id"] is None:
            return _take(span, facts["why"])
        time_off = TimeOff.take(therapist.id, span, facts["why"])
        time_off.booking_id, time_off.sick_day_id = facts["booking_id"], facts["sick_day_id"]
        return time_off

    try:
        time_off, left = left_outside(therapist, close)
    except Refused as refusal:
        db.session.rollback()
        return times_off_page(DatedSpanForm(problem=refusal.sentence), 409)
    told = _told_of(time_off, span, left)
    db.session.commit()
    return _told_here(told)


def times_off_page(form: DatedSpanForm, status: int = 200, told: Told | None = None) -> Response:
    therapist = current_user.therapist
    mine = (TimeOff.therapist_id == therapist.id, TimeOff.ends_at > clock.now())
    context = {
        "therapist": therapist,
        "form": form,
        "next": safe_next(request.values.get("next"), ""),
        "coming": page_of(select(TimeOff).where(*mine).order_by(TimeOff.starts_at, TimeOff.id), PAGE),
        "dates": dates,
        **told_context(told),
    }
    return page_or_fragment("working_times/times_off.html", "working_times/_times_off.html", status, **context)


def _take(span: Span, why: str, key: str | None = None) -> TimeOff:
    """Once for a form's key. Raises NotPossible naming the time off that the therapist has taken then already."""
    therapist = current_user.therapist
    if made_before := TimeOff.made_by(key):
        return made_before
    for other in TimeOff.between(therapist.id, span):
        if other.is_plain:
            raise NotPossible(f"You are off {dates(*other.span, therapist.zone)} already.")
    time_off = TimeOff.take(therapist.id, span, why)
    time_off.made_once = key
    return time_off


def _told_here(told: Told) -> Response:
    return times_off_page(DatedSpanForm(), told=told) if wants_fragment() else see_other(".index", told=told.token)


def _told_of(time_off: TimeOff, span: Span, left: Left) -> Told:
    therapist = current_user.therapist
    # Extra time opens time off; whoever closes a day on which they gave some must know.
    still_open = " Extra time in it stays open." if ExtraTime.between(therapist.id, span) else ""
    return Told(
        f"{dates(*span, therapist.zone)} is closed.{still_open}",
        undo=f"/times-off/{time_off.id}/reopening",
        time_off=bounds(span),
        back=safe_next(request.form.get("next"), ""),
    ).naming(left)


def _facts(time_off: TimeOff) -> dict[str, Any]:
    starts_at, ends_at = bounds(time_off.span)
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "why": time_off.why,
        "booking_id": time_off.booking_id,
        "sick_day_id": time_off.sick_day_id,
    }
