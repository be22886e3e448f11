"""One round of writing our sessions into one calendar elsewhere.

Before each call the row says what is about to be done, afterwards what came of it; who died between the two, or heard
no answer, looks first. Nothing is asked while a transaction is open.
"""

import logging
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import case, delete, null, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.reading.blocking import Unreadable, is_cancelled, span_of
from app.calendars.writing import comparing as entries
from app.calendars.writing import moved_there
from app.calendars.writing import own_entries as ours
from app.calendars.writing.comparing import Known, Step
from app.calendars.writing.edits import GONE, judged
from app.calendars.writing.entry import CalendarEntry, renamed
from app.calendars.writing.standing import Standing, changes_of, entry_id_of, new_entry
from app.calendars.writing.wanted import Wanted
from app.database import db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.integrations.google_calendar import GoogleCalendar
from app.integrations.google_calendar.errors import AlreadyThere, ChangedMeanwhile, NotAllowed, NotThere, Revoked
from app.jobs.entry_claims import EntryClaim
from app.scheduling import changes
from app.scheduling.spans import Span

log = logging.getLogger(__name__)

ROUNDS = 6  # of comparing and doing: each sees what the one before found there
TRIES = 3  # to remove what is being changed there at the same time


class Writer:
    """Writes sessions into one calendar, in one round."""

    def __init__(self, google: GoogleCalendar, claimed: EntryClaim) -> None:
        self.google, self.claim, self.place = google, claimed, claimed.place
        self.done = 0
        self.problem: str | None = None  # of what Google will not have
        self._left: set[Any] = set()  # what is not tried again in this round

    def bring_up_to_date(self, seconds: float) -> bool:
        """Write all that differs. Returns False when the time was up first. Raises GatewayError, LeaseLost."""
        ends = time.monotonic() + seconds
        for _ in range(ROUNDS):
            steps = self._steps()
            if not steps:
                return True
            for step in steps:
                if time.monotonic() > ends:
                    return False
                self._try(step)
        return False

    def _steps(self) -> list[Step]:
        with reading():
            calendar = OutsideCalendar.id == self.place.calendar_id
            is_written = bool(db.session.scalar(select(OutsideCalendar.is_written).where(calendar)))
            found = entries.steps(self.place.therapist_id, self.place.calendar_id, clock.now(), is_written)
            db.session.rollback()
        return [step for step in found if step.key not in self._left]

    def _try(self, step: Step) -> None:
        try:
            getattr(self, f"_{step.verb}")(step)
            self.done += 1
        except (GatewayError, Unreadable) as error:
            if isinstance(error, (Revoked, NotAllowed, NotThere)) or getattr(error, "retry", False):
                raise
            log.warning("an entry of calendar %s was not written: %s", self.place.calendar_id, error)
            self.problem = str(error)
            self._left.add(step.key)

    def _insert(self, step: Step) -> None:
        assert step.wanted
        one = self._begin_again(step.known, step.wanted) if step.known else self._begin(step.wanted)
        if one is None:
            self._left.add(step.key)
            return
        link = f"{current_app.config['PUBLIC_URL'].rstrip('/')}/sessions/{step.wanted.booking_id}"
        mark = ours.marked(self.place.therapist_id).mark(one.entry_id)
        said = new_entry(one.entry_id, mark, step.wanted.standing, self.claim.zone, link)
        try:
            answer = self.google.insert(self.place.external_id, said)
        except AlreadyThere:  # from before we knew of it, under whichever copy's id
            self._look_at(one, step.wanted, adopt=True)
        else:
            self._written(one, step.wanted.standing, answer)

    def _change(self, step: Step) -> None:
        one, want = step.known, step.wanted
        assert one
        assert want
        sending = {"state": "writing", "sending": want.standing.stored(), "seen_etag": None}
        if not self._turn(one, **sending, ends_at=max(one.ends_at, want.standing.ends_at)):
            return
        before = None if one.state == "edited" else one.written
        told = changes_of(before, want.standing, self.claim.zone)
        one = one._replace(state="writing", sending=want.standing)
        try:
            answer = self.google.change(self.place.external_id, one.entry_id, told, one.etag or "*")
        except (ChangedMeanwhile, NotThere):  # by a person: never written over
            self._look_at(one, want)
        else:
            self._written(one, want.standing, answer)

    def _look(self, step: Step) -> None:
        assert step.known
        assert step.wanted
        self._look_at(step.known, step.wanted)

    def _remove(self, step: Step) -> None:
        """Whatever a person made of it there: what was agreed is no more, and it must not stand for it."""
        one = step.known
        assert one
        if one.state != "removing" and not self._turn(one, state="removing"):
            return
        self._remove_there(one)
        self.claim.prolong()
        db.session.execute(delete(CalendarEntry).where(CalendarEntry.id == one.id, CalendarEntry.state == "removing"))
        db.session.commit()

    def _remove_there(self, one: Known) -> None:
        etag = one.etag
        for _ in range(TRIES):
            if etag == GONE:
                return
            try:
                return self.google.remove(self.place.external_id, one.entry_id, etag)
            except ChangedMeanwhile:
                etag = str(self._found(one).get("etag") or GONE)
        raise GatewayError("The entry is being changed at Google just now.", retry=True)

    def _look_at(self, one: Known, want: Wanted, adopt: bool = False) -> None:
        """Ask how it stands there now, and have the row say so. `adopt`: whatever stands there is ours, be it of a
        connection that was ended or of a backup's time, and not what a person made of it. So is what we know to have
        been tried and not what came of it, where the entry is older than the connection."""
        found, zone = self._found(one), ZoneInfo(self.place.calendar_zone)
        adopt = adopt or (one.written is None and self._is_from_before(found))
        if adopt and found and not is_cancelled(found):
            span = span_of(found, zone)
            one = one._replace(written=want.standing._replace(starts_at=span[0], ends_at=span[1]))
        outcome = judged(one, found or None, zone)
        if outcome["state"] == "writing" and found:  # it was deleted there: its id is used up
            outcome |= renamed(want.uid, want.alternative_id, one.copy)
        self._turn(one, **outcome)

    def _is_from_before(self, found: dict[str, Any]) -> bool:
        try:
            return datetime.fromisoformat(found["created"]) < self.place.connected_at
        except (KeyError, TypeError, ValueError):
            return False

    def _found(self, one: Known) -> dict[str, Any]:
        """Return the entry as Google has it; empty when Google has none."""
        try:
            return self.google.get(self.place.external_id, one.entry_id)
        except NotThere:
            return {}

    def _begin(self, want: Wanted) -> Known | None:
        """Store a row for an entry to write. Returns None when the session has ended or another worker came first."""
        entry = CalendarEntry(
            calendar_id=self.place.calendar_id,
            booking_id=want.booking_id,
            alternative_id=want.alternative_id,
            entry_id=entry_id_of(want.uid, want.alternative_id, 0),
            sending=want.standing.stored(),
            ends_at=want.standing.ends_at,
        )
        try:
            self.claim.prolong()
            db.session.add(entry)
            db.session.flush()
            plain = {name: getattr(entry, name) for name in Known._fields}
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            return None
        return Known(**plain | {"sending": want.standing})

    def _begin_again(self, one: Known, want: Wanted) -> Known | None:
        """Prepare a stored row for a new entry: Google has none for it, or a person deleted it."""
        values: dict[str, Any] = {"state": "writing", "written": None, "sending": want.standing.stored(), "etag": None}
        values |= {"seen_etag": None, "ends_at": want.standing.ends_at, "edited_at": None}
        values |= renamed(want.uid, want.alternative_id, one.copy) if one.is_deleted else {}
        if not self._turn(one, **values):
            return None
        again = {"entry_id": values.get("entry_id", one.entry_id), "copy": values.get("copy", one.copy)}
        return one._replace(state="writing", written=None, sending=want.standing, etag=None, **again)

    def _written(self, one: Known, standing: Standing, answer: dict[str, Any]) -> None:
        settled = {"sending": None, "edited_at": None, "edited_starts_at": None, "edited_ends_at": None}
        said = {"state": "written", "written": standing.stored(), "ends_at": standing.ends_at}
        self._turn(one, **settled, **said, etag=answer.get("etag"))

    def _turn(self, one: Known, **values: Any) -> bool:
        """Store the outcome on the row, if nobody else changed the row; commits. Raises LeaseLost."""
        is_edit = "edited" in (one.state, values["state"])
        if is_edit:  # pages show it, and clients cannot book where it stands now
            changes.note(db.session(), diaries=[self.place.therapist_id])
        self.claim.prolong()
        if "seen_etag" in values:  # unless it was seen once more meanwhile
            as_known = CalendarEntry.seen_etag.is_not_distinct_from(one.seen_etag)
            values["seen_etag"] = case((as_known, null()), else_=CalendarEntry.seen_etag)
        same = (CalendarEntry.id == one.id, CalendarEntry.state == one.state)
        plainly = update(CalendarEntry).where(*same).values(**values).execution_options(synchronize_session=False)
        turned = rows_changed(plainly) == 1
        if turned and is_edit:
            moved_there.close(one.id, self.place.therapist_id, _moved_to(values))
        db.session.commit() if turned else db.session.rollback()
        return turned


def _moved_to(values: dict[str, Any]) -> Span | None:
    starts, ends = values.get("edited_starts_at"), values.get("edited_ends_at")
    return (starts, ends) if values["state"] == "edited" and starts and ends else None
