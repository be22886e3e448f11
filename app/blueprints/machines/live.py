"""Whether what an open page shows has changed meanwhile: asked every few seconds, so it costs one indexed read."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from flask import Blueprint, Flask, Response, jsonify, request
from flask_login import current_user
from sqlalchemy import select

from app import clock
from app.booking.booking import Booking
from app.booking.personal_link import PersonalLink
from app.database import db
from app.messages.news import number_to_answer, said_since
from app.practice.therapist import Therapist
from app.scheduling import changes
from app.web.access import PERSONAL_LINK, access_of, personal_link, therapist_only
from app.web.addresses import id_or_404
from app.web.lookup import found, shown_token
from app.web.unchanged import PURPOSES, Unchanged

bp = Blueprint("live", __name__)

LONGEST = timedelta(minutes=10)  # what happened before is on the page, and no news


def init_app(app: Flask) -> None:
    app.add_template_global(seen_of_desk)
    app.add_template_global(counted)
    app.after_request(_tell_how_far)
    app.wsgi_app = Unchanged(app)  # type: ignore[method-assign]


def seen_of_desk() -> str:
    """Return what a page of the desk has seen when it is made: the number of the diary, and the moment."""
    return _seen(current_user.therapist)


def counted(waiting: int | None = None) -> str:
    """Return the beginning of the title of each page of the desk: how many requests wait for the therapist."""
    if waiting is None:
        waiting = number_to_answer(current_user.therapist.id) if current_user.is_therapist else 0
    return f"({waiting}) " if waiting else ""


@bp.get("/live")
@therapist_only
def desk() -> Response:
    """304, or what to show and say. `?session=` asks for the number of one session too."""
    # The number came with the sign-in: nothing else is read while nothing has changed.
    therapist = current_user.therapist
    number, since = _what_was_seen()
    if number == therapist.diary_revision:
        return _unchanged()
    return jsonify(
        seen=_seen(therapist),
        to_answer=(waiting := number_to_answer(therapist.id)),
        said=said_since(therapist.id, since, waiting),
        session=_number_of_own(request.args.get("session", type=id_or_404)),
    )


@bp.get("/s/<token>/live")
@personal_link
def session(token: str) -> Response:
    return _of_client("session", token)


@bp.get("/o/<token>/live")
@personal_link
def offer(token: str) -> Response:
    return _of_client("offer", token)


def _of_client(purpose: str, token: str) -> Response:
    number = found(PersonalLink.revision_of(purpose, token))
    return _unchanged() if number == _what_was_seen()[0] else jsonify(seen=str(number))


def _unchanged() -> Response:
    return Response(status=304)


def _seen(therapist: Therapist) -> str:
    return f"{therapist.diary_revision}.{int(clock.now().timestamp() * 1000)}"


def _what_was_seen() -> tuple[int | None, datetime]:
    """Return what the page says that it has seen; a page whose words cannot be read is an old one."""
    now = clock.now()
    with suppress(ValueError, OverflowError, OSError):
        number, _, moment = request.headers.get("If-None-Match", "").strip('"').partition(".")
        since = datetime.fromtimestamp(int(moment) / 1000, UTC) if moment else now
        return int(number), max(since, now - LONGEST)
    return None, now


def _number_of_own(booking_id: int | None) -> int | None:
    if booking_id is None:
        return None
    own = select(Booking.revision).filter_by(id=booking_id, therapist_id=current_user.therapist.id)
    return db.session.scalar(own)


def _tell_how_far(response: Response) -> Response:
    """A page that changed something itself need not ask for what it has been answered: its number before and after, and
    at the desk how many wait for an answer now."""
    if request.method == "POST":
        desk, client = changes.raised(db.session())
        if access_of(request.endpoint) == PERSONAL_LINK and client:
            after = PersonalLink.revision_of(PURPOSES[request.path[1]], shown_token())
            response.headers["Holdfast-Seen"] = f"{(after or 0) - client}-{after}"
        elif desk and current_user.is_authenticated and current_user.is_therapist:
            after, waiting = current_user.therapist.diary_revision, number_to_answer(current_user.therapist.id)
            response.headers["Holdfast-Seen"] = f"{after - desk}-{after}-{waiting}"
    return response
