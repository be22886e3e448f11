"""A calendar as a person uses it, in the tests' words."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.google.choosing import live_between
from tests.google.entries import Entry, Resource, View
from tests.google.store import Store

if TYPE_CHECKING:
    from tests.google.accounts import Account
    from tests.google.service import Google

Moment = datetime | date


class Calendar:
    def __init__(self, google: "Google", calendar_id: str, name: str, zone: str, owner: str) -> None:
        self.google = google
        self.id = calendar_id
        self.name = name
        self.zone = zone
        self.roles = {owner: "owner"}  # by the account's address
        self.store = Store(google, calendar_id, zone, owner)

    def add(self, summary: str, start: Moment, end: Moment, **more: Any) -> str:
        """An entry, as its owner makes it; `more` are fields as Google calls them. Its id."""
        fields = {"summary": summary, "start": self.edge(start), "end": self.edge(end)} | more
        with self._changing():
            return self.store.insert(fields).id

    def change(self, entry_id: str, **fields: Any) -> Resource:
        """`start` and `end` may be moments; None takes a field away."""
        edges = {name: self.edge(value) for name, value in fields.items() if isinstance(value, date)}
        with self._changing():
            entry = self.store.get(entry_id)
            merged = entry.resource | fields | edges
            kept = {name: value for name, value in merged.items() if value is not None}
            return self.store.replace(entry, kept).resource

    def move(self, entry_id: str, start: Moment, end: Moment) -> Resource:
        return self.change(entry_id, start=start, end=end)

    def cancel(self, entry_id: str) -> None:
        """An entry, a series, or one instance of a series (`<series>_20260301T090000Z`)."""
        with self._changing():
            self.store.remove(self.store.get(entry_id))

    def fill(self, count: int, start: datetime, every: timedelta, lasting: timedelta, **more: Any) -> list[str]:
        """Many at once, with one notice; ready to be listed fast."""
        with self._changing():
            made = [self._filled(number, start + number * every, lasting, more) for number in range(count)]
        for entry in made:
            entry.written(View("owner"), self.google.problems.append)
        return [entry.id for entry in made]

    def _filled(self, number: int, start: datetime, lasting: timedelta, more: Resource) -> Entry:
        fields = {"summary": f"Entry {number}", "start": self.edge(start), "end": self.edge(start + lasting)}
        return self.store.insert(fields | more)

    def get(self, entry_id: str) -> Resource:
        """As its owner sees it, cancelled ones too."""
        with self.google.lock:
            return self.store.get(entry_id).resource

    def live(self, between: tuple[datetime, datetime] | None = None) -> list[Resource]:
        """All that is not cancelled; with a span: what happens in it, series as their instances."""
        with self.google.lock:
            if between:
                return [entry.resource for entry in live_between(self.store, *between)]
            return [one.resource for one in self.store.entries.values() if not one.cancelled]

    def share(self, other: "Account", role: str = "reader") -> None:
        with self.google.lock:
            self.roles[other.email] = role
            if self not in other.calendars:
                other.calendars.append(self)

    def unshare(self, other: "Account") -> None:
        with self.google.lock:
            del self.roles[other.email]
            other.calendars.remove(self)

    def forget_sync_tokens(self) -> None:
        """410 for all that were given until now."""
        with self.google.lock:
            self.store.tokens_since = self.store.revision = self.store.revision + 1

    def edge(self, when: Moment) -> dict[str, str]:
        if isinstance(when, datetime):
            return {"dateTime": when.isoformat(), "timeZone": self.zone}
        return {"date": when.isoformat()}

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self.google.lock:
            yield
            self.google.notices.changed(self)

    def __repr__(self) -> str:
        return f"<Calendar {self.name}>"
