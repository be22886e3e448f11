"""Google Calendar for a connection, with an access token that renews itself: an hour is all that one lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app
from sqlalchemy import update

from app import clock
from app.calendars.connection import CalendarConnection
from app.database import db, reading
from app.integrations.google_calendar import GoogleCalendar, Tokens, open_calendar
from app.integrations.google_calendar.errors import Revoked

IN_TIME = timedelta(minutes=2)  # before it ends: nothing that has begun shall meet its end


@contextmanager
def opened(connection_id: int) -> Iterator[GoogleCalendar]:
    """For one round of calls, outside any transaction: the network may take its time.

    Raises GatewayError when no access token is to be had; Revoked when there never will be one by this consent.
    """
    refresh_token, access_token = _known(connection_id)
    renewed: list[Tokens] = []

    def renew() -> str:
        # Also called from threads that know no application: it asks Google and touches nothing else.
        renewed.append(_refreshed(config, refresh_token))
        return renewed[-1].access

    config = dict(current_app.config)
    try:
        with open_calendar(config, access_token or renew(), renew) as calendar:
            yield calendar
    finally:
        if renewed:
            _keep(connection_id, renewed[-1])


def _known(connection_id: int) -> tuple[str, str | None]:
    """The refresh token, and the access token if it is still good. Leaves no transaction behind."""
    with reading():
        try:
            connection = db.session.get(CalendarConnection, connection_id)
            if connection is None or connection.refresh_token is None:
                raise Revoked
            return connection.refresh_token, connection.access_token_until(clock.now() + IN_TIME)
        finally:
            db.session.rollback()


def _refreshed(config: dict, refresh_token: str) -> Tokens:
    from app.integrations.google_calendar import consent  # takes a moment to load: only where it is asked

    return consent.refreshed(config, refresh_token)


def _keep(connection_id: int, tokens: Tokens) -> None:
    """Two may renew at once: each token is good, and the later one stays."""
    db.session.rollback()
    kept = {"access_token": tokens.access, "access_until": tokens.expires_at}
    kept |= {"refresh_token": tokens.refresh} if tokens.refresh else {}
    db.session.execute(update(CalendarConnection).where(CalendarConnection.id == connection_id).values(**kept))
    db.session.commit()
