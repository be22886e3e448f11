"""What of a therapist's own stands in calendars elsewhere, known again by whichever way it is read: pure.

A session of another therapist, or of another practice, closes time like anything else: this diary does not hold it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from app.calendars.reading.blocking import OURS, Entry, Unreadable, span_of
from app.calendars.writing.standing import Standing
from app.keyed import keyed

HERE = "holdfast.invalid"  # how UIDs of Holdfast end: of this one, or of another practice's
GOOGLE = "google.com"  # how UIDs end that Google makes of its entries' ids


@dataclass(frozen=True)
class Own:
    """By what one therapist's own is known: our mark, or the names that we gave.

    Names alone would not know again what was written before a backup was restored or a connection ended; the mark alone
    nothing that was written before SECRET_KEY became another.
    """

    therapist_id: int
    key: bytes = field(repr=False)
    uids: frozenset[str] = frozenset()  # of their sessions here
    written: Mapping[str, str | None] = field(default_factory=dict)  # into their calendars: by id, how it stands there

    def mark(self, entry_id: str) -> str:
        """What an entry of theirs carries: its own id, so that a copy is none, and what nobody else can have made."""
        return f"{entry_id}.{keyed('calendar entry', f'{self.therapist_id}:{entry_id}', self.key)[:32]}"

    def wrote(self, entry: Entry) -> bool:
        """Whether we wrote it there for them. What a person copied from it, or repeats every week, is that person's."""
        entry_id = entry.get("id")
        if not isinstance(entry_id, str) or not entry_id:
            return False
        return entry_id in self.written or self._carries_mark(entry, entry_id)

    def is_own(self, entry: Entry) -> bool:
        """Whether its time is held here already: we wrote it, or Google read it elsewhere as something of ours."""
        uid, series = entry.get("iCalUID"), entry.get("recurringEventId")
        if self.wrote(entry):
            return True
        return self._stands_at_its_time(entry, series) if series else isinstance(uid, str) and self.named(uid)

    def _stands_at_its_time(self, entry: Entry, series: Any) -> bool:
        """Of what its owner made weekly, the day that is the session's own: only the others are new."""
        said = Standing.read(self.written.get(series)) if isinstance(series, str) else None
        try:
            return said is not None and span_of(entry, ZoneInfo("UTC")) == said.span
        except Unreadable:
            return False

    def named(self, uid: str) -> bool:
        """Return whether a session of theirs is called so elsewhere: in our feed, or by Google where we wrote it."""
        name, _, by = uid.rpartition("@")
        return (by == HERE and name.partition("-")[0] in self.uids) or (by == GOOGLE and name in self.written)

    def _carries_mark(self, entry: Entry, entry_id: str) -> bool:
        properties = entry.get("extendedProperties")
        private = properties.get("private") if isinstance(properties, dict) else None
        mark = private.get(OURS) if isinstance(private, dict) else None
        return isinstance(mark, str) and mark == self.mark(entry_id)
