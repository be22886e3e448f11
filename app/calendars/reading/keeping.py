"""What was read of a calendar outside becomes busy times here: in one transaction with how far it has been read."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from app.calendars.reading.gathering import Reading
from app.database import db
from app.scheduling import changes
from app.scheduling.busy_time import BusyTime
from app.scheduling.spans import Span

FEW = 100  # entries told of; for more than these the whole calendar's rows are looked at
AT_ONCE = 500
INSTANCE = re.compile(r"_\d{8}(T\d{6}Z)?")  # what Google puts after the id of a series for each of its days


class Row(NamedTuple):
    id: int
    external_id: str
    starts_at: datetime
    ends_at: datetime


class Difference(NamedTuple):
    new: dict[str, Span]
    moved: list[tuple[Row, Span]]
    gone: list[Row]

    def spans(self) -> Iterator[Span]:
        """Yield the span of each busy time that is new, gone or moved, of a moved one both."""
        yield from self.new.values()
        for row in self.gone:
            yield row.starts_at, row.ends_at
        for row, span in self.moved:
            yield row.starts_at, row.ends_at
            yield span


def keep(calendar_id: int, therapist_id: int, reading: Reading) -> bool:
    """Make the calendar's busy times what was read; whether they changed. The caller commits.

    The diary is noted as changed only where time that is still looked at was taken or freed.
    """
    if not (reading.complete or reading.taken or reading.free):
        return False
    known = _rows(calendar_id, reading)
    difference = _difference(known, reading)
    _insert(calendar_id, therapist_id, difference.new)
    _move(difference.moved)
    _delete(row.id for row in difference.gone)
    # What has passed is swept without a word: no page shows it.
    told = any(ends > reading.window[0] for _, ends in difference.spans())
    if told:
        changes.note(db.session(), diaries=[therapist_id])
    return told


def _difference(known: Mapping[str, Row], reading: Reading) -> Difference:
    new = {external_id: span for external_id, span in reading.taken.items() if external_id not in known}
    moved, gone = [], []
    for external_id, row in known.items():
        span = reading.taken.get(external_id)
        if span is None and _is_gone(external_id, reading):
            gone.append(row)
        elif span is not None and span != (row.starts_at, row.ends_at):
            moved.append((row, span))
    return Difference(new, moved, gone)


def _is_gone(external_id: str, reading: Reading) -> bool:
    if external_id in reading.unreadable or external_id.partition("-")[0] in reading.unreadable:
        return False  # of an ICS file, the beginnings of ids are told that could not be read
    return reading.complete or external_id in reading.free or _series(external_id) in reading.ended


def _series(external_id: str) -> str | None:
    """The id of the series whose day this is, if it is one."""
    name, mark, day = external_id.rpartition("_")
    return name if INSTANCE.fullmatch(mark + day) else None


def _rows(calendar_id: int, reading: Reading) -> dict[str, Row]:
    query = select(BusyTime.id, BusyTime.external_id, BusyTime.starts_at, BusyTime.ends_at)
    found = db.session.execute(query.where(BusyTime.calendar_id == calendar_id, *_told_of(reading)))
    return {str(row[1]): Row(row[0], str(row[1]), row[2], row[3]) for row in found}


def _told_of(reading: Reading) -> list[ColumnElement[bool]]:
    """Conditions for the rows that can be meant at all."""
    told = [*reading.taken, *reading.free]
    if reading.complete or len(told) > FEW:
        return []
    days = [BusyTime.external_id.startswith(f"{series}_", autoescape=True) for series in reading.ended]
    return [or_(BusyTime.external_id.in_(told), *days)]


def _insert(calendar_id: int, therapist_id: int, new: Mapping[str, Span]) -> None:
    rows = [
        {
            "therapist_id": therapist_id,
            "calendar_id": calendar_id,
            "external_id": external_id,
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        for external_id, (starts_at, ends_at) in new.items()
    ]
    if rows:
        db.session.execute(insert(BusyTime), rows)


def _move(moved: Iterable[tuple[Row, Span]]) -> None:
    rows = [{"id": row.id, "starts_at": span[0], "ends_at": span[1]} for row, span in moved]
    if rows:
        db.session.execute(update(BusyTime), rows)


def _delete(ids: Iterable[int]) -> None:
    left = list(ids)
    while left:
        some, left = left[:AT_ONCE], left[AT_ONCE:]
        db.session.execute(delete(BusyTime).where(BusyTime.id.in_(some)))
