"""What became of our entries in a therapist's calendar elsewhere: who changed them, we or a person there."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from app import clock
from app.calendars.connections.outside_calendar import OutsideCalendar
from app.calendars.reading.blocking import Entry, is_cancelled, span_of
from app.calendars.writing.comparing import Known
from app.calendars.writing.entry import CalendarEntry, note_due
from app.calendars.writing.recognising import Own
from app.calendars.writing.standing import entry_id_of, mark_on
from app.calendars.writing.wanted import wanted
from app.database import db
from app.scheduling.spans import Span

AT_ONCE = 500
COPIES = 20  # nobody deletes and puts back one session so often
GONE = "gone"  # in place of an etag, which what is not there does not have


def seen(
    calendar_id: int, own: Own, written: Mapping[str, Entry], gone: Iterable[str], all_of: Span | None = None
) -> None:
    """Reading came by these entries that we wrote, by their ids, and heard that others are gone, whosever they were.
    Of ours, those that are not as we left them are due to be looked at.

    They are not judged here: what was read may be older than what we wrote meanwhile. `all_of`: they are all that
    there is in this span, so what of ours is missing is gone. Does not commit; costs one read where nothing is ours.
    """
    there = {**dict.fromkeys(gone, _NOTHING), **written}
    changed = [
        {"id": row.id, "seen_etag": etag}
        for row in _ours(calendar_id, there, all_of)
        if (etag := _etag(there.get(row.entry_id))) not in (row.etag, row.seen_etag)
    ]
    if changed:
        db.session.execute(update(CalendarEntry), changed)
    if changed or _adopt_orphans(calendar_id, own, there):
        now_due = update(OutsideCalendar).where(OutsideCalendar.id == calendar_id)
        db.session.execute(now_due.values(next_write_at=clock.now()))
        note_due()


def judged(one: Known, found: Entry | None, zone: ZoneInfo) -> dict[str, Any]:
    """What a row is to say after a look at its entry (None: there is none). Raises blocking.Unreadable."""
    found = None if found is None or is_cancelled(found) else found
    if found is None and one.written is None:
        return _SETTLED | {"state": "writing", "etag": None}  # it never came to be there
    span = span_of(found, zone) if found else None
    ours = next((told for told in (one.sending, one.written) if told and told.span == span), None)
    if found is None or ours is None:
        return _SETTLED | _edited(one, _etag(found), span)
    ours = ours._replace(status=found.get("status") or ours.status)
    return _SETTLED | {"state": "written", "written": ours.stored(), "etag": _etag(found), "ends_at": ours.ends_at}


_NOTHING: Entry = {"status": "cancelled"}
_SETTLED = {"sending": None, "seen_etag": None, "edited_at": None, "edited_starts_at": None, "edited_ends_at": None}


def _edited(one: Known, etag: str, span: Span | None) -> dict[str, Any]:
    said = one.sending or one.written
    assert said
    return {
        "state": "edited",
        "written": said.stored(),
        "etag": etag,
        "ends_at": max(said.ends_at, span[1]) if span else said.ends_at,
        "edited_at": clock.now(),
        "edited_starts_at": span[0] if span else None,
        "edited_ends_at": span[1] if span else None,
    }


def _etag(entry: Entry | None) -> str:
    return GONE if entry is None or is_cancelled(entry) else str(entry.get("etag"))


def _ours(calendar_id: int, there: Mapping[str, Entry], all_of: Span | None) -> list[Any]:
    """Rows of entries that were found, and of those that were not where all were asked for."""
    columns = (CalendarEntry.id, CalendarEntry.entry_id, CalendarEntry.etag, CalendarEntry.seen_etag)
    mine = select(*columns).where(CalendarEntry.calendar_id == calendar_id, CalendarEntry.state != "removing")
    rows: dict[int, Any] = {}
    ids = list(there)
    for first in range(0, len(ids), AT_ONCE):
        found = db.session.execute(mine.where(CalendarEntry.entry_id.in_(ids[first : first + AT_ONCE])))
        rows |= {row.id: row for row in found}
    if all_of:
        standing = mine.where(
            CalendarEntry.etag.is_not(None), CalendarEntry.ends_at > all_of[0], CalendarEntry.ends_at <= all_of[1]
        )
        rows |= {row.id: row for row in db.session.execute(standing)}
    return list(rows.values())


def _adopt_orphans(calendar_id: int, own: Own, there: Mapping[str, Entry]) -> bool:
    """What we wrote and know nothing of, as after a backup was restored, has to go; what is over may stay, and so may
    what stands for a session that is to stand there: writing finds it by its id, with whatever a person noted in it.

    By the mark of this therapist alone: in a calendar that two of them share, each one's entries are their own.
    """
    marked = {entry_id: one for entry_id, one in there.items() if not is_cancelled(one) and mark_on(one)}
    marked = {entry_id: one for entry_id, one in marked.items() if mark_on(one) == own.mark(entry_id)}
    if marked:
        known = db.session.scalars(select(CalendarEntry.entry_id).where(CalendarEntry.entry_id.in_(marked)))
        marked = {entry_id: marked[entry_id] for entry_id in marked.keys() - set(known)}
    if marked:
        to_stand = _to_stand(own.therapist_id)
        marked = {entry_id: one for entry_id, one in marked.items() if entry_id not in to_stand}
    orphans = []
    for entry_id, one in marked.items():
        ends_at = span_of(one, ZoneInfo("UTC"))[1]
        if ends_at > clock.now():
            common = {"calendar_id": calendar_id, "entry_id": entry_id, "etag": _etag(one), "ends_at": ends_at}
            orphans.append(CalendarEntry(state="removing", **common))
    db.session.add_all(orphans)
    return bool(orphans)


def _to_stand(therapist_id: int) -> set[str]:
    """The ids by which writing will find what it has not come by yet, in whichever calendar it will be."""
    wanting = wanted(therapist_id, clock.now())
    sessions = CalendarEntry.booking_id.in_({one.booking_id for one in wanting.values()})
    rows = db.session.execute(select(CalendarEntry.booking_id, CalendarEntry.alternative_id).where(sessions))
    come_by = {(row.booking_id, row.alternative_id) for row in rows}
    missing = [one for key, one in wanting.items() if key not in come_by]
    return {entry_id_of(one.uid, one.alternative_id, copy) for one in missing for copy in range(COPIES)}
