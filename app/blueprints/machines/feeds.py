"""What calendars elsewhere read of ours: a therapist's sessions, and one session of a client's.

Each lies at an address of its own that opens this and nothing else; calendars ask again and again, and are mostly
answered that nothing has changed.
"""

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from app import clock
from app.blueprints.desk.other_calendars.show import HERE, told_here
from app.booking.personal_link import PersonalLink
from app.calendars import feeds
from app.calendars.feed_address import FeedAddress
from app.database import db
from app.language import speak
from app.messages import ics
from app.messages.facts import facts_of
from app.scheduling.turn import take_turn_of
from app.web.access import personal_link, therapist_only
from app.web.lookup import found
from app.web.sent_form import sent_key

bp = Blueprint("feeds", __name__)

FORM = 2  # of what is answered: raised when the same sessions are told in other words


@bp.get("/feeds/<token>.ics")
@personal_link
def of_therapist(token: str) -> Response:
    reader = found(FeedAddress.reader(token))
    tag = f"{FORM}-{reader.therapist_id}-{reader.diary_revision}"
    if request.if_none_match.contains_weak(tag):
        return _tagged(Response(status=304), tag)
    return _calendar(feeds.of_therapist(reader.therapist_id, reader.zone, clock.now(), _home()), tag)


@bp.get("/feeds/sessions/<int:link_id>/<token>.ics")
@personal_link
def of_session(link_id: int, token: str) -> Response:
    link = found(PersonalLink.of_calendar(link_id, token))
    booking = link.booking
    if booking.is_long_past:
        return _calendar(ics.nothing(), f"{FORM}-past")
    tag = f"{FORM}-{booking.revision}-{booking.therapist.revision}"
    if request.if_none_match.contains_weak(tag):
        return _tagged(Response(status=304), tag)
    speak(booking.client.language)
    page = f"{_home()}/s/{link.token}"
    return _calendar(ics.subscribed(facts_of(booking), booking.calendar_sequence, clock.now(), page), tag)


@bp.post(f"{HERE}/feed")
@therapist_only
def make() -> Response:
    """Make the private address of the feed, or a new one: the old address no longer works."""
    take_turn_of(current_user.therapist.id)
    FeedAddress.make(current_user.therapist.id, sent_key())
    db.session.commit()
    return told_here("Your private address is made. The old address no longer works.")


@bp.post(f"{HERE}/feed/removal")
@therapist_only
def end() -> Response:
    take_turn_of(current_user.therapist.id)
    FeedAddress.end(current_user.therapist.id)
    db.session.commit()
    return told_here("Turned off. Calendars that read it find nothing there any more.")


def _home() -> str:
    return str(current_app.config["PUBLIC_URL"]).rstrip("/")


def _calendar(text: bytes, tag: str) -> Response:
    response = Response(text, mimetype="text/calendar")
    response.headers["Content-Disposition"] = "inline; filename=sessions.ics"
    return _tagged(response, tag)


def _tagged(response: Response, tag: str) -> Response:
    response.set_etag(tag, weak=True)
    return response
