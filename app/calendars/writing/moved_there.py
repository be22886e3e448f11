"""Time to which a person moved one of our entries: closed for clients until the therapist decides what becomes of it.

It is a busy time that hangs on the entry: whatever reads busy times knows it, and with the entry it goes at the latest.
Only in the way of its own session it never stands (see clashes.py).
"""

from collections.abc import Iterable

from sqlalchemy import Select, delete, insert

from app.database import db, rows_changed
from app.scheduling import changes
from app.scheduling.busy_time import BusyTime
from app.scheduling.spans import Span


def close(entry_id: int, therapist_id: int, span: Span | None) -> None:
    """Store where a person moved the entry (None: nowhere, or as agreed) as busy time. The caller notes the change."""
    db.session.execute(delete(BusyTime).where(BusyTime.entry_id == entry_id))
    if span and span[0] < span[1]:
        row = {"therapist_id": therapist_id, "entry_id": entry_id, "starts_at": span[0], "ends_at": span[1]}
        db.session.execute(insert(BusyTime).values(**row))


def free(therapist_id: int, entries: Iterable[int] | Select[int]) -> None:
    """Time of these entries is open again. To be called in the therapist's turn."""
    ids = entries if isinstance(entries, Select) else list(entries)
    freed = delete(BusyTime).where(BusyTime.therapist_id == therapist_id, BusyTime.entry_id.in_(ids))
    if rows_changed(freed.execution_options(synchronize_session=False)):
        changes.note(db.session(), diaries=[therapist_id])
