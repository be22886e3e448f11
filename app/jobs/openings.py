"""What the directory knows of free time follows the diaries, a moment after they change."""

import logging
import time
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.database import db, reading
from app.practice.therapist import Therapist
from app.scheduling import openings
from app.scheduling.open_day import OpenDay

log = logging.getLogger(__name__)

ROUND_SECONDS = 60  # then another round takes over: no job may hold the worker for ever
AT_ONCE = 100
TRY_AGAIN = timedelta(minutes=10)


def refresh_openings() -> None:
    """Work out the open days that are due. Safe to run late, twice, or on two workers."""
    ends = time.monotonic() + ROUND_SECONDS
    while time.monotonic() < ends and (due := _due()):
        for therapist_id in due:
            _refresh(therapist_id)
    while time.monotonic() < ends and _let_time_pass():
        pass


def _due() -> list[int]:
    """Return the therapists that are due, the latest change first: clients look for time that was just opened."""
    due = select(Therapist.id).where(Therapist.openings_due_at <= clock.now())
    with reading():
        found = db.session.scalars(due.order_by(Therapist.openings_due_at.desc()).limit(AT_ONCE)).all()
        db.session.rollback()
    return list(found)


def _refresh(therapist_id: int) -> None:
    try:
        due = (Therapist.id == therapist_id, Therapist.openings_due_at <= clock.now())
        # The same lock as for every change of the diary; who waited for it finds the work done.
        therapist = db.session.scalar(select(Therapist).where(*due).with_for_update(key_share=True))
        if therapist is not None:
            openings.refresh(therapist)
        db.session.commit()
    except Exception:
        db.session.rollback()
        log.exception("the open days of therapist %s could not be worked out and are tried again later", therapist_id)
        openings.note_due(therapist_id, clock.now() + TRY_AGAIN)
        db.session.commit()


def _let_time_pass() -> bool:
    """Remove starts that the notice no longer allows. Returns False when there are no more."""
    now = clock.now()
    passed = OpenDay.first_bookable_until <= now
    with reading():
        none = db.session.scalar(select(OpenDay.id).where(passed).limit(1)) is None
        db.session.rollback()
    if none:
        return False
    # Whatever a refresh or another worker is at is left to it: nobody waits for anybody.
    rows = db.session.execute(
        select(OpenDay.id, OpenDay.starts, Therapist)
        .join(Therapist, Therapist.id == OpenDay.therapist_id)
        .where(passed)
        .order_by(OpenDay.first_bookable_until)
        .limit(AT_ONCE * 10)
        .with_for_update(of=OpenDay, skip_locked=True)
    ).all()
    left = [(row, openings.still_bookable(row.starts, row.Therapist, now)) for row in rows]
    changed = [{"id": row.id} | openings.columns_of(starts, row.Therapist) for row, starts in left if starts]
    openings.write(changed=changed, gone=[row.id for row, starts in left if not starts])
    db.session.commit()
    return bool(rows)
