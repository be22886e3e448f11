"""The therapist's calendars elsewhere: which of them close time here, how reading them goes, and their end."""

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, request
from flask_login import current_user

from app.blueprints.desk.told import Told, told_by_address
from app.calendars.connections.connection import CalendarConnection, Left
from app.calendars.connections.health import health_of
from app.calendars.feed_address import FeedAddress
from app.calendars.writing.entry import CalendarEntry
from app.database import db
from app.integrations.google_calendar import consent
from app.integrations.google_calendar.farewell import say_farewell
from app.jobs import calendar_entries
from app.scheduling.turn import take_turn_of
from app.web import security
from app.web.access import therapist_only
from app.web.addresses import id_or_404
from app.web.lookup import found
from app.web.rendering import now_at_address, page_or_fragment, see_other, wants_fragment

bp = Blueprint("calendars_outside", __name__)

HERE = "/settings/calendars"
REMOVING_SECONDS = 8.0  # that a person waits for what is taken away there


@bp.get(HERE)
@therapist_only
def show() -> Response:
    return calendars_page(told=told_by_address())


@bp.post(f"{HERE}/<int:connection_id>/choice")
@therapist_only
def choose(connection_id: int) -> Response:
    take_turn_of(current_user.therapist.id)
    connection = own_connection(connection_id)
    wanted = request.form.getlist("calendars", type=id_or_404)
    left = connection.choose(one for one in connection.calendars if one.id in wanted)
    names = " and ".join(one.name for one in connection.calendars if one.is_read)
    db.session.commit()
    _say(left)
    return told_here(f"Busy times in {names} block times here." if names else "No calendar blocks times here.")


@bp.post(f"{HERE}/<int:connection_id>/reading")
@therapist_only
def sync_now(connection_id: int) -> Response:
    connection = own_connection(connection_id)
    if connection.state == "broken":
        return calendars_page(409, problem="It cannot be read until you connect it again.")
    connection.sync_now()
    db.session.commit()
    return told_here("We are reading it now. New busy times block times here in a moment.")


@bp.post(f"{HERE}/<int:connection_id>/writing/removal")
@therapist_only
def stop_writing(connection_id: int) -> Response:
    take_turn_of(current_user.therapist.id)
    connection = own_connection(connection_id, "google")
    connection.write_into(None)
    db.session.commit()
    return told_here("We stopped writing. Your sessions are being removed from that calendar.")


@bp.post(f"{HERE}/<int:connection_id>/removal")
@therapist_only
def disconnect(connection_id: int) -> Response:
    stay = _take_away(own_connection(connection_id)) if request.form.get("take_away") else 0
    take_turn_of(current_user.therapist.id)
    connection = own_connection(connection_id)
    label = connection.label
    left = connection.disconnect()
    db.session.commit()
    sentence = f"Disconnected: {label}. The times it blocked are free again."
    if stay:
        sentence += f" {stay} of your sessions could not be removed there: please delete them in Google Calendar."
    if not _say(left) or left.consent_stays:
        sentence += " Google did not answer: to end the consent there too, open myaccount.google.com/connections."
    return told_here(sentence)


def own_connection(connection_id: int | None, kind: str | None = None) -> CalendarConnection:
    """A connection of the signed-in therapist, or 404."""
    mine = CalendarConnection.of_therapist(current_user.therapist.id, kind)
    return found(next((one for one in mine if one.id == connection_id), None))


def calendars_page(
    status: int = 200, problem: str | None = None, told: Told | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    """`typed`: an address that was not taken, and why."""
    config, therapist = current_app.config, current_user.therapist
    let_forms_lead_to_google()
    context = {
        "therapist": therapist,
        "google": CalendarConnection.of_therapist(therapist.id, "google"),
        "addresses": CalendarConnection.of_therapist(therapist.id, "address"),
        "typed": typed or {},
        "offered": consent.is_offered(config),
        "feed": FeedAddress.of_therapist(therapist.id),
        "base": config["PUBLIC_URL"].rstrip("/"),
        "health_of": health_of,
        "left_behind": CalendarEntry.left_behind,
        "problem": problem,
        "told": told,
    }
    return page_or_fragment("calendars_outside/show.html", "calendars_outside/_calendars.html", status, **context)


def let_forms_lead_to_google() -> None:
    """The button that connects is answered by leading on to Google's own page."""
    security.let_forms_lead_to(consent.asking_address(current_app.config))


def told_here(sentence: str) -> Response:
    """Show on this page what was done."""
    if wants_fragment():
        return now_at_address(calendars_page(told=Told(sentence)), HERE)
    return see_other("calendars_outside.show", told=Told(sentence).token)


def _take_away(connection: CalendarConnection) -> int:
    """Delete our entries to come from its calendars, as far as Google does it in a moment. Returns how many stay."""
    connection_id = connection.id
    db.session.rollback()  # Google may take its time, and nobody shall wait for it
    return calendar_entries.remove_all(connection_id, REMOVING_SECONDS)


def _say(left: Left) -> bool:
    return say_farewell(current_app.config, left.access_token, left.channels, left.refresh_token)
