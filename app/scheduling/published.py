"""What pages show of a practice, read once for each of its revisions and then kept in the process.

A therapist's page is asked for far more often than the practice behind it changes. Every change raises
`Therapist.revision`, so one small read tells whether what is kept still holds.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from app.database import db, reading, rows_of
from app.practice.therapist import Therapist
from app.scheduling.working_time import WorkingTime

MOST = 500  # practices; each takes some 30 KB

_kept: OrderedDict[tuple[int, int], Therapist] = OrderedDict()
_lock = Lock()


_table = Therapist.__table__
REVISION = select(_table.c.id, _table.c.revision).where(_table.c.slug == bindparam("slug"), _table.c.listed)


def of_slug(slug: str) -> Therapist | None:
    """Return a listed therapist with locations, session types and working times, for reading only."""
    found = rows_of(REVISION, {"slug": slug}).first()
    return of_revisions({found.id: found.revision})[found.id] if found else None


def of_revision(therapist_id: int, revision: int) -> Therapist | None:
    """The same for a therapist at this revision, listed or not; None when others cannot see this revision yet."""
    practice = of_revisions({therapist_id: revision}).get(therapist_id)
    return practice if practice and practice.revision == revision else None


def of_revisions(revisions: Mapping[int, int]) -> dict[int, Therapist]:
    """The same for several therapists by id, each at this revision."""
    with _lock:
        found = {key[0]: _kept[key] for key in revisions.items() if key in _kept}
        for key in revisions.items():
            if key in _kept:
                _kept.move_to_end(key)
    missing = [therapist_id for therapist_id in revisions if therapist_id not in found]
    if missing:
        found |= _read(missing)
    return found


def _read(ids: list[int]) -> dict[int, Therapist]:
    everything = (
        selectinload(Therapist.locations),
        selectinload(Therapist.session_types),
        selectinload(Therapist.working_times).selectinload(WorkingTime.locations),
    )
    # A session of its own: what it gives belongs to no request and is never written back. It only reads, so that
    # it never waits for a writer who may be the one who asks.
    with reading(), Session(db.engine) as session:
        found = {
            one.id: one for one in session.scalars(select(Therapist).where(Therapist.id.in_(ids)).options(*everything))
        }
    with _lock:
        for one in found.values():
            # Kept under the revision that was read with it, whatever the caller had seen before.
            _kept[one.id, one.revision] = one
        while len(_kept) > MOST:
            _kept.popitem(last=False)
    return found
