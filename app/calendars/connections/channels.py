"""Having Google tell us of changes: one channel for each calendar, and the next one before it ends."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.connections.watch_channel import WatchChannel
from app.config import GOOGLE_API
from app.database import db, rows_changed
from app.integrations.google_calendar import Channel
from app.practice.user import digest

PATH = "/hooks/google-calendar"
LIFE = timedelta(days=7)
RENEWED_AT = 0.8  # of its life
UNANSWERED = timedelta(hours=1)  # then another one is asked for
REFUSED = timedelta(days=1)


class Asked(NamedTuple):
    """A channel that was requested and that Google has not confirmed. Google alone has the token; we keep its hash."""

    channel_id: str
    token: str


class Told(NamedTuple):
    """A notification's calendar. `can_be_sooner`: it is read, is not due yet, and does not fail just now."""

    calendar_id: int
    can_be_sooner: bool


def are_possible(config: Mapping[str, Any]) -> bool:
    """Return whether Google can notify us, which it does by HTTPS only. Otherwise calendars are polled."""
    return config["PUBLIC_URL"].startswith("https://") or config["GOOGLE_API_URL"] != GOOGLE_API


def address(config: Mapping[str, Any]) -> str:
    return f"{config['PUBLIC_URL'].rstrip('/')}{PATH}"


def is_wanted(calendar_id: int) -> bool:
    """Return whether the calendar has no channel, or only one that ends soon."""
    now = clock.now()
    lives = db.session.execute(
        select(WatchChannel.made_at, WatchChannel.ends_at).where(WatchChannel.calendar_id == calendar_id)
    )
    return all(now >= made_at + RENEWED_AT * (ends_at - made_at) for made_at, ends_at in lives)


def ask(calendar_id: int) -> Asked:
    """Store a channel before Google is asked, as a notification may come before the answer. The caller commits."""
    now, asked = clock.now(), Asked(str(uuid.uuid4()), secrets.token_urlsafe(32))
    over = (WatchChannel.calendar_id == calendar_id, WatchChannel.ends_at <= now)
    db.session.execute(delete(WatchChannel).where(*over))
    db.session.add(
        WatchChannel(
            calendar_id=calendar_id,
            channel_id=asked.channel_id,
            secret_hash=digest(asked.token),
            made_at=now,
            ends_at=now + UNANSWERED,
        )
    )
    return asked


def confirm(promised: Channel) -> bool:
    """Store that Google confirmed the channel; the caller commits. Returns False if the calendar is no longer read."""
    return _write(promised.channel_id, resource_id=promised.resource_id, ends_at=promised.expires_at)


def refused(asked: Asked) -> None:
    """Store that Google refused a channel for this calendar; it is asked again in a day. The caller commits."""
    _write(asked.channel_id, ends_at=clock.now() + REFUSED)


def told_of(channel_id: str, token: str) -> Told | None:
    """Return the calendar that a notification is about, if the notification is Google's. One indexed read."""
    if not channel_id or not token:
        return None
    known = (
        select(WatchChannel.secret_hash, OutsideCalendar.id, OutsideCalendar.next_sync_at, OutsideCalendar.attempts)
        .join(OutsideCalendar, OutsideCalendar.id == WatchChannel.calendar_id)
        .where(WatchChannel.channel_id == channel_id)
    )
    found = db.session.execute(known).one_or_none()
    if found is None or not compare_digest(found.secret_hash, digest(token)):
        return None
    later = found.next_sync_at is not None and found.next_sync_at > clock.now()
    return Told(found.id, later and not found.attempts)


def _write(channel_id: str, **values: str | datetime) -> bool:
    plainly = update(WatchChannel).where(WatchChannel.channel_id == channel_id).values(**values)
    return rows_changed(plainly.execution_options(synchronize_session=False)) > 0
