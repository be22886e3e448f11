"""How a session of ours stands in a therapist's calendar elsewhere, and the words in which Google is told: pure."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.calendars.reading.blocking import OURS, Entry
from app.scheduling.spans import Span

CONFIRMED, TENTATIVE = "confirmed", "tentative"


class Standing(NamedTuple):
    """What an entry tells. Whose session it is shows in initials only, and nothing else tells what it is."""

    starts_at: datetime
    ends_at: datetime
    status: str  # confirmed, or tentative while the client has not answered
    initials: str

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at

    def stored(self) -> str:
        """Return the entry as a row stores it."""
        return json.dumps([self.starts_at.isoformat(), self.ends_at.isoformat(), self.status, self.initials])

    @classmethod
    def read(cls, stored: str | None) -> "Standing | None":
        if stored is None:
            return None
        starts_at, ends_at, status, initials = json.loads(stored)
        return cls(datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at), status, initials)


def entry_id_of(uid: str, alternative_id: int | None, copy: int) -> str:
    """The id under which a session, or an alternative offered for it, stands there: always the same.

    Whoever does not know whether an entry was made finds it by its id. Google takes 5 to 1024 characters of base32hex
    (https://developers.google.com/workspace/calendar/api/v3/reference/events/insert), and none twice, be it deleted:
    hence `copy`.
    """
    named = hashlib.sha256(f"{uid} {alternative_id or 'session'} {copy}".encode()).digest()[:20]
    return base64.b32hexencode(named).decode().lower()


def new_entry(entry_id: str, mark: str, standing: Standing, zone: ZoneInfo, link: str) -> dict[str, Any]:
    """All that Google is told of a session. `mark` lets us know it again as ours; `link` leads its therapist here."""
    return {
        "id": entry_id,
        **_told(standing, zone),
        "description": link,
        "visibility": "private",
        "transparency": "opaque",
        "reminders": {"useDefault": False},
        "extendedProperties": {"private": {OURS: mark}},
    }


def changes_of(before: Standing | None, after: Standing, zone: ZoneInfo) -> dict[str, Any]:
    """What must be told so that `after` stands where `before` stood (None: we do not know what), and no more: whatever
    else a person wrote into the entry, a title or a note, is theirs."""
    told = _told(after, zone)
    for side in ("start", "end"):
        told[side]["date"] = None  # whole days, if a person made it so, end with this
    if before is None:
        return told
    same = {"start", "end"} if before.span == after.span else set()
    same |= {"status"} if before.status == after.status else set()
    same |= {"summary"} if before.initials == after.initials else set()
    return {name: value for name, value in told.items() if name not in same}


def mark_on(entry: Entry) -> str | None:
    """Return the mark that we wrote into an entry to recognise it."""
    private = (entry.get("extendedProperties") or {}).get("private") or {}
    return private.get(OURS)


def _told(standing: Standing, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "summary": standing.initials,
        "status": standing.status,
        "start": _moment(standing.starts_at, zone),
        "end": _moment(standing.ends_at, zone),
    }


def _moment(moment: datetime, zone: ZoneInfo) -> dict[str, str | None]:
    return {"dateTime": moment.astimezone(zone).isoformat(timespec="seconds"), "timeZone": zone.key}
