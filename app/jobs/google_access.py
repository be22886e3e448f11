"""Google Calendar for a connection, with an access token that renews itself: an hour is all that one lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import current_app
from sqlalchemy import Text, select, type_coerce, update

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.database import db, reading
from app.integrations.google_calendar import GoogleCalendar, Tokens, open_calendar
from app.integrations.google_calendar.errors import Revoked

_SEALED = type_coerce(CalendarConnection.refresh_token, Text)

IN_TIME = timedelta(minutes=2)  # before it ends: nothing that has begun shall meet its end


@contextmanager
def opened(connection_id: int) -> Iterator[GoogleCalendar]:
    """For one round of calls, outside any transaction: the network may take its time.

    Raises GatewayError when no access token is to be had; Revoked when there never will be one by this consent.
    """
    refresh_token, access_token, consent = _known(connection_id)
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
            _keep(connection_id, consent, renewed[-1])


def _known(connection_id: int) -> tuple[str, str | None, str]:
    """The refresh token, the access token if it is still good, and the first as it lies sealed: whether it is still the
    same. Leaves no transaction behind."""
    with reading():
        try:
            consent = db.session.scalar(select(_SEALED).where(CalendarConnection.id == connection_id))
            connection = db.session.get(CalendarConnection, connection_id)
            if consent is None or connection is None or connection.refresh_token is None:
                raise Revoked
            return connection.refresh_token, connection.access_token_until(clock.now() + IN_TIME), consent
        finally:
            db.session.rollback()


def _refreshed(config: dict, refresh_token: str) -> Tokens:
    from app.integrations.google_calendar import consent  # takes a moment to load: only where it is asked

    return consent.refreshed(config, refresh_token)


def _keep(connection_id: int, consent: str, tokens: Tokens) -> None:
    """Two may renew at once: each token is good, and the later one stays. Not so where there is another consent since:
    it may allow more."""
    db.session.rollback()
    kept = {"access_token": tokens.access, "access_until": tokens.expires_at}
    kept |= {"refresh_token": tokens.refresh} if tokens.refresh else {}
    same = (CalendarConnection.id == connection_id, _SEALED.is_not_distinct_from(consent))
    plainly = update(CalendarConnection).where(*same).values(**kept)
    db.session.execute(plainly.execution_options(synchronize_session=False))
    db.session.commit()
