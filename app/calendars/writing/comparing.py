"""What of ours stands in a therapist's calendar elsewhere, compared with what should."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select

from app.calendars.writing.entry import CalendarEntry
from app.calendars.writing.standing import Standing
from app.calendars.writing.wanted import Key, Wanted, wanted
from app.database import db

LOOK_BACK = timedelta(days=60)  # what ended longer ago is changed by nobody any more


class Known(NamedTuple):
    """One row of what stands there, read apart from the session: it is looked at while Google takes its time."""

    id: int
    booking_id: int | None
    alternative_id: int | None
    entry_id: str
    copy: int
    state: str
    written: Standing | None
    sending: Standing | None
    etag: str | None
    seen_etag: str | None
    ends_at: datetime
    is_deleted: bool = False  # by a person, there

    @property
    def key(self) -> Key:
        return self.booking_id, self.alternative_id

    @property
    def is_uncertain(self) -> bool:
        """We must look before we do anything: an answer of Google's was lost, or somebody changed the entry."""
        lost = self.state == "writing" and self.sending is not None
        return lost or (self.seen_etag is not None and self.seen_etag != self.etag)


class Step(NamedTuple):
    """One thing to do there: `insert`, `change`, `look` or `remove`."""

    verb: str
    known: Known | None
    wanted: Wanted | None

    @property
    def key(self) -> Key | int:
        """Whose step it is; by its row where no session is known."""
        return self.wanted.key if self.wanted else self.known.id if self.known else 0


def steps(therapist_id: int, calendar_id: int, now: datetime, is_written: bool = True) -> list[Step]:
    """Return the steps by which the calendar equals the diary; what is over is left as it is."""
    rows = known(calendar_id, now)
    if not is_written:
        return differences([one for one in rows if one.ends_at > now or one.state == "removing"], {}, now)
    sessions = {one.booking_id for one in rows if one.booking_id is not None}
    wanting = wanted(therapist_id, now, sessions)
    missing = {one.booking_id for one in wanting.values()} - sessions
    return differences(rows + known_of(calendar_id, missing), wanting, now)


def differences(rows: Iterable[Known], wanting: Mapping[Key, Wanted], now: datetime) -> list[Step]:
    """Pure. First what is to go, then the rest in the order in which it will be."""
    left, found = dict(wanting), []
    for one in rows:
        step = _step(one, left.pop(one.key, None), now)
        found += [step] if step else []
    found += [Step("insert", None, one) for one in left.values() if one.standing.ends_at > now]
    return sorted(found, key=lambda step: (step.verb != "remove", _starts(step)))


def known(calendar_id: int, now: datetime) -> list[Known]:
    """Return the stored entries, without those long over and those that need nothing."""
    return _read(
        CalendarEntry.calendar_id == calendar_id,
        or_(
            CalendarEntry.ends_at > now - LOOK_BACK,
            CalendarEntry.state.in_(("writing", "removing")),
            CalendarEntry.booking_id.is_(None),
        ),
    )


def known_of(calendar_id: int, bookings: Iterable[int]) -> list[Known]:
    """Return the stored entries of these sessions."""
    ids = list(bookings)
    if not ids:
        return []
    return _read(CalendarEntry.calendar_id == calendar_id, CalendarEntry.booking_id.in_(ids))


_COLUMNS = [
    *(getattr(CalendarEntry, name) for name in Known._fields if name != "is_deleted"),
    and_(CalendarEntry.state == "edited", CalendarEntry.edited_starts_at.is_(None)).label("is_deleted"),
]


def _read(*which: ColumnElement[bool]) -> list[Known]:
    rows = db.session.execute(select(*_COLUMNS).where(*which).order_by(CalendarEntry.id))
    return [
        Known._make(row)._replace(written=Standing.read(row.written), sending=Standing.read(row.sending))
        for row in rows
    ]


def _step(one: Known, want: Wanted | None, now: datetime) -> Step | None:
    if want is None or one.state == "removing":
        return Step("remove", one, None)  # should it stand there again, the next look at the diary says so
    if one.is_uncertain:
        return Step("look", one, want)
    if one.written is None:
        return Step("insert", one, want) if want.standing.ends_at > now else None
    if max(one.ends_at, want.standing.ends_at) <= now:
        return None
    if one.state == "edited":
        return _step_after_edit(one, one.written, want)
    return Step("change", one, want) if one.written != want.standing else None


def _step_after_edit(one: Known, written: Standing, want: Wanted) -> Step | None:
    """A person changed or deleted the entry, and was told here what stands. What is agreed afterwards, another time,
    is newer than their edit; anything else leaves it as they made it until they decide."""
    if written.span == want.standing.span:
        return None
    return Step("insert" if one.is_deleted else "change", one, want)


def _starts(step: Step) -> datetime:
    if step.wanted:
        return step.wanted.standing.starts_at
    assert step.known
    return step.known.ends_at
