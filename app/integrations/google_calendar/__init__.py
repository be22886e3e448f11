"""Google Calendar: what the practice needs of the calendars that therapists keep there."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from app.scheduling.spans import Span

SCOPE = "https://www.googleapis.com/auth/calendar."
READING = frozenset({f"{SCOPE}events.readonly", f"{SCOPE}calendarlist.readonly"})
WRITING = frozenset({f"{SCOPE}events.owned"})  # entries of calendars that are the person's own


class Tokens(NamedTuple):
    """What a consent gives. `refresh` comes with a consent only; a renewal leaves the one that is known."""

    access: str
    expires_at: datetime
    refresh: str | None
    scopes: frozenset[str]


class Listed(NamedTuple):
    """One calendar that a person sees at Google; `can_write`: it is their own."""

    calendar_id: str
    name: str
    zone: str
    is_primary: bool
    can_write: bool


class Page(NamedTuple):
    """Some of a calendar's entries, as they came; the last page carries the sync token."""

    entries: list[dict[str, Any]]
    zone: str
    next_page: str | None
    next_sync_token: str | None


class Channel(NamedTuple):
    """By this, Google tells us that a calendar has changed, until it expires."""

    channel_id: str
    resource_id: str
    expires_at: datetime


class GoogleCalendar(Protocol):
    """Opened for one person with their access token; keeps its connection until it is left. Raises GatewayError."""

    def __enter__(self) -> "GoogleCalendar": ...

    def __exit__(self, *_error: object) -> None: ...

    def calendars(self) -> list[Listed]:
        """Return all calendars that the person sees, their own first."""

    def page(
        self,
        calendar_id: str,
        *,
        since: str | None = None,
        window: Span | None = None,
        page: str | None = None,
        updated_after: datetime | None = None,
    ) -> Page:
        """Entries, each repetition by itself: all of a window, or what has changed since a sync token, cancelled ones
        among them. `page` goes on from a page before, with the rest as it was. Raises SyncTokenGone."""

    def entries_between(self, calendar_id: str, span: Span, *, seconds: float) -> Page:
        """Return all entries of a short span. Raises GatewayError when they have not all come in that many seconds."""

    def watch(self, calendar_id: str, *, channel_id: str, token: str, address: str, seconds: int) -> Channel:
        """Be told of changes at our address. Raises NotAllowed where Google cannot tell of them."""

    def stop(self, channel_id: str, resource_id: str) -> None:
        """Be told no more; that it is over already is fine."""

    def insert(self, calendar_id: str, entry: dict[str, Any]) -> dict[str, Any]:
        """A new entry under its own `id`. Raises AlreadyThere."""

    def get(self, calendar_id: str, entry_id: str) -> dict[str, Any]:
        """The whole entry; `status` is cancelled for one that was deleted not long ago. Raises NotThere."""

    def change(self, calendar_id: str, entry_id: str, entry: dict[str, Any], etag: str) -> dict[str, Any]:
        """Change the fields named in `entry`, no others, if the entry still is as it was. Raises ChangedMeanwhile and
        NotThere."""

    def remove(self, calendar_id: str, entry_id: str, etag: str | None) -> None:
        """Gone already is fine. Raises ChangedMeanwhile."""


def open_calendar(
    config: Mapping[str, Any], access_token: str, renew: Callable[[], str] | None = None
) -> GoogleCalendar:
    """Google Calendar for who gave this access token; `renew` gets another one when Google does not take it."""
    from app.integrations.google_calendar.api import CalendarAPI  # takes a moment to load: only where it is asked

    return CalendarAPI(config, access_token, renew)
