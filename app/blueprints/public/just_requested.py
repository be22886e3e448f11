"""What this browser has just requested, for those who come back to the form with the browser's Back button.

A cookie names the request: it goes to this therapist's pages only, no script reads it, and it counts for a quarter of
an hour, in which the same button leads forward to the page of the session in any case. It names no person and opens
nothing by itself; it is asked only when the very time is no longer free.
"""

from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select

from app import clock
from app.booking.booking import LIVE, Booking
from app.booking.requesting import UNANSWERED_WITH_ONE_THERAPIST
from app.database import db
from app.scheduling.spans import Span

COOKIE = "requested"
COUNTS_FOR = timedelta(minutes=15)


def remember(response: Response, booking: Booking) -> Response:
    """Name the request in this browser, beside one before it."""
    uids = [*(uid for uid in _uids() if uid != booking.uid), booking.uid][-UNANSWERED_WITH_ONE_THERAPIST:]
    response.set_cookie(
        COOKIE,
        _signer().dumps(uids),
        max_age=COUNTS_FOR,
        path=f"/t/{booking.therapist.slug}",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def just_requested(therapist_id: int, span: Span) -> Booking | None:
    """The session that this browser has just requested with the therapist and that holds part of the span."""
    uids = _uids()
    if not uids:
        return None
    mine = (Booking.uid.in_(uids), Booking.therapist_id == therapist_id, Booking.status.in_(LIVE))
    recent = (Booking.requested_at > clock.now() - COUNTS_FOR,)
    there = (Booking.starts_at < span[1], Booking.ends_at > span[0])
    return db.session.scalar(select(Booking).where(*mine, *recent, *there).limit(1))


def _uids() -> list[str]:
    try:
        return [str(uid) for uid in _signer().loads(request.cookies.get(COOKIE, ""))]
    except (BadData, TypeError):
        return []


def _signer() -> URLSafeSerializer:
    assert current_app.secret_key
    return URLSafeSerializer(current_app.secret_key, salt="just requested")
