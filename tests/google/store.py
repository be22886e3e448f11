"""What stands in one calendar, in the order of the last changes, so that a sync token is a number."""

import secrets
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.google import recurring
from tests.google.answers import bad_request, not_found, refuse
from tests.google.entries import ID, SERVERS, Entry, Resource, new_id, stamp, whole

if TYPE_CHECKING:
    from tests.google.service import Google

TIMES = ("start", "end", "recurrence")


class Store:
    """Held by the lock of its Google."""

    def __init__(self, google: "Google", calendar_id: str, zone: str, owner: str) -> None:
        self.google = google
        self.id = calendar_id
        self.zone = ZoneInfo(zone)
        self.owner = owner
        self.entries: OrderedDict[str, Entry] = OrderedDict()  # the one changed last stands last
        self.revision = 0
        self.tokens_since = 0  # sync tokens from before are no longer good
        self.generation = secrets.token_hex(4)
        self.updated = google.now()

    @property
    def horizon(self) -> datetime:
        """How far a series is told of where nobody says until when: farther than anybody needs, as Google does."""
        return self.google.now() + timedelta(days=365 * self.google.horizon_years)

    def find(self, entry_id: str) -> Entry | None:
        """An entry, or an instance of a series that is as its series says."""
        if entry_id in self.entries:
            return self.entries[entry_id]
        series = self.entries.get(entry_id.rpartition("_")[0])
        return recurring.find(series, entry_id) if series and series.is_series and not series.cancelled else None

    def get(self, entry_id: str) -> Entry:
        entry = self.find(entry_id)
        if entry is None or entry.vanished:
            raise not_found()
        return entry

    def insert(self, fields: Resource) -> Entry:
        entry_id = fields.get("id") or new_id()
        if not ID.fullmatch(entry_id):
            raise bad_request("Invalid resource id value.")
        if entry_id in self.entries:
            raise refuse(409, "duplicate", "The requested identifier already exists.")
        recurring.check(fields.get("recurrence", []))
        given = {name: value for name, value in fields.items() if name not in SERVERS}
        return self._put(whole(given, self.zone) | self._fixed(entry_id))

    def _fixed(self, entry_id: str) -> Resource:
        by = {"email": self.owner, "self": True}
        return {
            "id": entry_id,
            "created": stamp(self.google.now()),
            "htmlLink": f"https://www.google.com/calendar/event?eid={entry_id}",
            "creator": by,
            "organizer": by if self.id == self.owner else {"email": self.id, "self": True},
            "iCalUID": f"{entry_id}@google.com",
            "sequence": 0,
        }

    def replace(self, entry: Entry, fields: Resource) -> Entry:
        """All that people write is what `fields` say; cancelled is the same as removed."""
        if fields.get("status") == "cancelled":
            return entry if entry.cancelled else self.remove(entry)
        fixed = ("recurringEventId", "originalStartTime", "eventType")
        kept = {name: entry.resource[name] for name in (*SERVERS, *fixed) if name in entry.resource}
        given = {name: value for name, value in fields.items() if name not in (*SERVERS, *fixed)}
        recurring.check(given.get("recurrence", []))
        made = {"status": "confirmed"} | whole(given, self.zone) | kept
        if any(made.get(name) != entry.resource.get(name) for name in TIMES):
            made["sequence"] = entry.resource["sequence"] + 1
        before = self._instances(entry)
        after = self._put(made)
        self._vanish(before, self._instances(after))
        return after

    def remove(self, entry: Entry) -> Entry:
        before = self._instances(entry)
        gone = self._put(entry.resource | {"status": "cancelled", "sequence": entry.resource["sequence"] + 1})
        self._vanish(before, {})
        return gone

    def _instances(self, series: Entry) -> dict[str, Entry]:
        if not series.is_series or series.cancelled:
            return {}
        ruled = {one.id: one for one in recurring.instances(series, self.horizon)}
        return ruled | {one.id: one for one in self.entries.values() if one.series == series.id and not one.cancelled}

    def _vanish(self, before: dict[str, Entry], after: dict[str, Entry]) -> None:
        """Instances that their series has no longer are told of as cancelled; those that it has again, as they are."""
        for name, one in before.items():
            if name not in after:
                self._put(one.resource | {"status": "cancelled"}).vanished = True
        for name in after:
            if name in self.entries and self.entries[name].vanished:
                del self.entries[name]

    def _put(self, resource: Resource) -> Entry:
        self.revision += 1
        now = self.google.now()
        self.updated = now
        stamped = {"kind": "calendar#event", "status": "confirmed", "eventType": "default"} | resource
        stamped |= {"etag": f'"{self.generation}{self.revision:012d}"', "updated": stamp(now)}
        stamped.setdefault("reminders", {"useDefault": True})
        before = self.entries.pop(resource["id"], None)
        entry = Entry(stamped, self.zone, self.revision, before.number if before else self.revision)
        self.entries[entry.id] = entry
        return entry

    def changed_since(self, revision: int) -> list[Entry]:
        found: list[Entry] = []
        for entry in reversed(self.entries.values()):
            if entry.revision <= revision:
                break
            found.append(entry)
        return found[::-1]
