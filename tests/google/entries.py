"""One entry of a calendar: Google's Event resource, and the spans that it covers."""

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.google.answers import bad_request
from tests.google.discovery import problems_of_item
from tests.google.selection import Tree, chosen, tree

Resource = dict[str, Any]
ID = re.compile(r"[a-v0-9]{5,1024}")
SERVERS = ("kind", "etag", "id", "created", "updated", "htmlLink", "creator", "organizer", "sequence", "iCalUID")
HIDDEN = ("kind", "etag", "id", "status", "start", "end", "recurringEventId", "originalStartTime", "updated", "iCalUID")


@dataclass(frozen=True)
class View:
    """How somebody is shown the entries of a list."""

    role: str
    fields: str = ""  # of the whole list
    attendees: int = 0  # at most so many; 0 for all

    @property
    def wanted(self) -> Tree:
        return dict(tree(self.fields).get("items", {})) if self.fields else {}


@dataclass
class Entry:
    """A single one, a series, an instance that differs from its series, or one that is gone."""

    resource: Resource
    zone: ZoneInfo  # of the calendar: a whole day is its day
    revision: int = 0  # of the calendar, at the last change
    number: int = 0  # in which order they came
    instances: dict[str, "Entry"] = field(default_factory=dict)  # of a series, as far as they were asked for
    vanished: bool = False  # an instance that its series no longer has
    _written: dict["View", bytes] = field(default_factory=dict)
    _fits: bool = False  # it was held against the discovery document as a whole

    def __post_init__(self) -> None:
        self.id: str = self.resource["id"]
        self.series: str = self.resource.get("recurringEventId", "")
        self.is_series = "recurrence" in self.resource
        self.cancelled: bool = self.resource["status"] == "cancelled"
        self.starts = moment(self.resource.get("start") or self.resource["originalStartTime"], self.zone)
        self.ends = moment(self.resource.get("end") or self.resource["originalStartTime"], self.zone)

    def seen_by(self, role: str) -> Resource:
        if self.cancelled:
            return self._bare()
        if role == "freeBusyReader" or (
            role == "reader" and self.resource.get("visibility") in ("private", "confidential")
        ):
            return {name: self.resource[name] for name in HIDDEN if name in self.resource} | {"visibility": "private"}
        return self.resource

    def written(self, view: "View", on_mistake: Callable[[str], None]) -> bytes:
        """As it stands in a list; held against the discovery document when it is written the first time."""
        if view not in self._written:
            seen = _with_few_attendees(self.seen_by(view.role), view.attendees)
            if seen is not self.resource or not self._fits:
                for problem in problems_of_item("Event", seen):
                    on_mistake(problem)
                self._fits = seen is self.resource
            self._written[view] = json.dumps(chosen(view.wanted, seen)).encode()
        return self._written[view]

    def _bare(self) -> Resource:
        """All that Google promises of an entry that is gone."""
        kept = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")
        return {name: self.resource[name] for name in kept if name in self.resource}


def _with_few_attendees(seen: Resource, most: int) -> Resource:
    """If there are more, only the one whose calendar this is."""
    attendees = seen.get("attendees", [])
    if not most or len(attendees) <= most:
        return seen
    return seen | {"attendees": [one for one in attendees if one.get("self")], "attendeesOmitted": True}


def new_id() -> str:
    return base64.b32hexencode(secrets.token_bytes(16)).decode().lower().rstrip("=")


def stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def moment(end: dict[str, str], zone: ZoneInfo) -> datetime:
    """Of a start or an end, in UTC."""
    if "date" in end:
        return datetime.combine(date.fromisoformat(end["date"]), time(), zone).astimezone(UTC)
    return datetime.fromisoformat(end["dateTime"]).astimezone(UTC)


def whole(fields: Resource, zone: ZoneInfo) -> Resource:
    """With start and end as Google writes them: in the calendar's zone; or it refuses."""
    start, end = (_written(fields.get(name) or {}, zone) for name in ("start", "end"))
    if ("date" in start) != ("date" in end):
        raise bad_request("Invalid start or end time: one is a date, one is not.")
    if moment(end, zone) < moment(start, zone):
        raise bad_request("The specified time range is empty.", "timeRangeEmpty")
    if "recurrence" in fields and "dateTime" in start and not fields["start"].get("timeZone"):
        raise bad_request("Missing time zone definition for start time.", "required")
    return fields | {"start": start, "end": end}


def _written(end: dict[str, str], zone: ZoneInfo) -> dict[str, str]:
    given = {name: value for name, value in end.items() if value is not None}
    if "date" in given and "dateTime" not in given:
        return {"date": given["date"]}
    if "dateTime" not in given or "date" in given:
        raise bad_request("Missing end time." if not given else "Invalid start time.", "required")
    own = _zone(given.get("timeZone") or str(zone))
    when = datetime.fromisoformat(given["dateTime"])
    if when.tzinfo is None:
        if "timeZone" not in given:
            raise bad_request("Missing time zone definition for start time.", "required")
        when = when.replace(tzinfo=own)
    return {"dateTime": in_zone(when, zone), "timeZone": str(own)}


def in_zone(when: datetime, zone: ZoneInfo) -> str:
    return when.astimezone(zone).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise bad_request(f"Invalid time zone definition: {name}") from None
