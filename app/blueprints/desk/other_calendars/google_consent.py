"""Connecting a Google calendar: the person is asked at Google, comes back, and the browser that asked finishes it.

What Google sends them back with is only shown by GET, in a form that sends itself; so a link or a scanner that opens
the address connects nothing. The form counts in the browser session in which the question was begun, once.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, current_app, render_template, request, session
from flask_login import current_user

from app import clock
from app.blueprints.desk.other_calendars.show import (
    HERE,
    calendars_page,
    let_forms_lead_to_google,
    own_connection,
    told_here,
)
from app.calendars.connections.connection import CalendarConnection
from app.database import db
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import READING, Listed, Tokens, consent, open_calendar
from app.integrations.google_calendar.farewell import say_farewell
from app.integrations.google_calendar.patience import within
from app.scheduling.turn import take_turn_of
from app.web.access import therapist_only
from app.web.addresses import id_or_404
from app.web.rendering import now_at_address, see_address

bp = Blueprint("google_consent", __name__, url_prefix=HERE)

KEPT = "google_consent"  # in the browser session
PATIENCE = 10.0  # seconds; the thread that waits is one of few, and others are served by it
LONG_ENOUGH = timedelta(minutes=30)  # to sign in at Google and think it over

NOT_BEGUN_HERE = (
    "This answer from Google does not belong to a question that was asked in this browser in the last half hour, "
    "so nothing was connected. Please press Connect again."
)
SAID_NO = "You said no at Google, so nothing was connected and nothing has changed."
NOT_ENOUGH = (
    "Google was not allowed to show us your calendars and the times in them, so nothing was connected. "
    "Please connect again and leave both boxes ticked."
)
NO_WRITING = "Google was not allowed to let us write, so nothing is written. What was read before is read as before."
OTHER_ACCOUNT = "You answered with another Google account than the one that is connected here. Nothing has changed."
NOT_REACHED = (
    "Nothing was connected. Please try again in a few minutes; should you not want to, what you allowed at Google ends "
    "at myaccount.google.com/connections."
)
STAYS_THERE = " Google did not answer: to end the consent there too, open myaccount.google.com/connections."


class Begun(NamedTuple):
    """A question that waits for its answer."""

    state: str
    verifier: str
    until: str
    connection: int | None = None  # whose consent is to be given again
    calendar: int | None = None  # that is to be written into


@bp.post("/google")
@therapist_only
def connect() -> Response:
    """Lead to Google's consent, for a new connection or one that no longer works."""
    known = request.form.get("connection", type=id_or_404)
    return _asked_at_google(own_connection(known, "google") if known else None)


@bp.post("/<int:connection_id>/writing")
@therapist_only
def write(connection_id: int) -> Response:
    """The second consent; given once, it holds while the connection does."""
    take_turn_of(current_user.therapist.id)
    connection = own_connection(connection_id, "google")
    wanted = request.form.get("calendar", type=id_or_404)
    calendar = next((one for one in connection.calendars if one.can_write and one.id == wanted), None)
    if calendar is None:
        return calendars_page(422, problem="Choose the calendar to write into. Nothing has changed.")
    if not connection.may_write:
        return _asked_at_google(connection, calendar.id)
    connection.write_into(calendar)
    db.session.commit()
    return told_here(f"Your sessions are written into {calendar.name}.")


@bp.get("/google/callback")
@therapist_only
def callback() -> Response:
    """Show the form with which a person comes back from Google; it does nothing by itself."""
    begun, error = _begun(), request.args.get("error")
    if begun is None:
        return _unheard(calendars_page(400, problem=NOT_BEGUN_HERE))
    if error or "code" not in request.args:
        return _unheard(calendars_page(problem=SAID_NO if error == "access_denied" else NOT_REACHED))
    let_forms_lead_to_google()  # what takes the place of this page may lead there again
    page = render_template("calendars_outside/finish.html", state=begun.state, code=request.args["code"])
    return _unheard(Response(page))


@bp.post("/google/connection")
@therapist_only
def finish() -> Response:
    """The address with the code is left for good, whatever comes of it."""
    begun = _begun()
    session.pop(KEPT, None)
    return now_at_address(_finished(begun) if begun else calendars_page(400, problem=NOT_BEGUN_HERE), HERE)


def _finished(begun: Begun) -> Response:
    db.session.rollback()  # Google may take its time, and nobody shall wait for it
    try:
        config, code = dict(current_app.config), request.form.get("code", "")
        tokens, listed = within(PATIENCE, partial(_given, config, code, begun.verifier))
    except GatewayError as error:
        return calendars_page(409, problem=f"{error} {NOT_REACHED}")
    take_turn_of(current_user.therapist.id)
    if not tokens.scopes >= READING:
        # Somebody connected here by this account would have been given all: what was allowed before counts on.
        return _refused(tokens, None, NOT_ENOUGH)
    return _connect(tokens, listed) if begun.calendar is None else _let_write(begun, tokens, listed)


def _connect(tokens: Tokens, listed: list[Listed]) -> Response:
    connection = CalendarConnection.connect_google(current_user.therapist, tokens, listed)
    db.session.commit()
    return told_here(f"Connected: {connection.label}. It is read at once.")


def _let_write(begun: Begun, tokens: Tokens, listed: list[Listed]) -> Response:
    connection = own_connection(begun.connection, "google")
    account = next((one.calendar_id for one in listed if one.is_primary), None)
    if account is None or connection.account != account:
        return _refused(tokens, account, OTHER_ACCOUNT)
    connection.accept(tokens, listed)
    calendar = next((one for one in connection.calendars if one.can_write and one.id == begun.calendar), None)
    allowed = connection.may_write and calendar is not None
    if allowed:
        connection.write_into(calendar)
    db.session.commit()
    if calendar is None or not allowed:
        return calendars_page(409, problem=NO_WRITING)
    return told_here(f"Your sessions are written into {calendar.name}.")


def _refused(tokens: Tokens, account: str | None, problem: str) -> Response:
    """What is of no use here does not live on at Google, unless it is the consent of somebody who is connected here:
    revoking it would end theirs too."""
    is_needed = account is not None and CalendarConnection.is_connected(account)
    db.session.rollback()  # Google may take its time, and nobody shall wait for it
    if not (is_needed or say_farewell(current_app.config, None, refresh_token=tokens.refresh or tokens.access)):
        problem += STAYS_THERE
    return calendars_page(409, problem=problem)


def _asked_at_google(connection: CalendarConnection | None, calendar: int | None = None) -> Response:
    """On to Google's own page."""
    if not consent.is_offered(current_app.config):
        abort(404)
    writing = calendar is not None or bool(connection and connection.may_write)
    account = connection.account if connection else None
    asked = consent.question(current_app.config, writing=writing, account=account)
    until = (clock.now() + LONG_ENOUGH).isoformat()
    session[KEPT] = Begun(asked.state, asked.verifier, until, connection.id if connection else None, calendar)
    return see_address(asked.address)


def _given(config: Mapping[str, Any], code: str, verifier: str) -> tuple[Tokens, list[Listed]]:
    """Return the tokens and calendars that the person's consent gives."""
    tokens = consent.tokens(config, code, verifier)
    if not tokens.scopes >= READING:
        return tokens, []
    with open_calendar(config, tokens.access) as calendar:
        return tokens, calendar.calendars()


def _begun() -> Begun | None:
    """The question to which the request's state belongs, if it was begun in this browser and not long ago."""
    kept: Any = session.get(KEPT)
    begun = Begun(*kept) if kept else None
    state = request.values.get("state", "")
    if begun is None or datetime.fromisoformat(begun.until) < clock.now():
        return None
    return begun if secrets.compare_digest(begun.state.encode(), state.encode()) else None


def _unheard(response: Response) -> Response:
    """The address holds a code: no request that the page makes tells it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
