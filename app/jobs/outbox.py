"""The outbox's rows while they are delivered, by whatever channel: claimed in batches, and what came of each.

At least once: a worker that dies between a service's yes and our commit sends the same again. In order: a message
waits while an earlier one of the same session to the same person, by the same channel to the same browser (its
line), is still on its way. A batch takes of each line what comes first, and gives it back when one has to wait.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, literal_column, select, tuple_, update
from sqlalchemy.orm import aliased

from app import clock
from app.database import db, reading, rows_changed
from app.integrations.errors import GatewayError
from app.messages.message import Message, Told

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
LEFT_FOR_ONE = timedelta(seconds=50)  # of the lease; longer than a gateway may take for one message
AT_ONCE = 20  # claimed in one transaction: so many wait for the end of their lease when a worker is killed
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_WAIT_WHILE_AWAY = timedelta(seconds=60)

# Said as the partial indexes of `message` say it: a bound value would not let the database use them.
_WAITING: ColumnElement[str] = literal_column("'waiting'")
_SENDING: ColumnElement[str] = literal_column("'sending'")
_ROW = cast(Table, Message.__table__)
WAITS = Message.status == _WAITING


@dataclass
class Claim:
    """One message that this worker alone may send until its lease ends."""

    message: Told
    lease_until: datetime
    attempts: int
    comes_again: bool = False  # it was not delivered, and is tried later

    @property
    def message_id(self) -> int:
        return self.message.id

    @property
    def address(self) -> str:
        return self.message.address

    @property
    def line(self) -> tuple[object, ...]:
        """Return what messages arrive in order with; a message about no session is a line of its own."""
        about = self.message.booking_id or f"message {self.message.id}"
        return about, self.message.recipient, self.message.channel, self.message.subscription_id


class Batch:
    """Messages claimed together. As a context manager it gives back what was not tried."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self._left = deque(claims)

    def __bool__(self) -> bool:
        return bool(self.claims)

    def __iter__(self) -> Iterator[Claim]:
        """Yield each claim whose lease lasts long enough to send it."""
        while self._left and self._left[0].lease_until - clock.now() >= LEFT_FOR_ONE:
            claim = self._left.popleft()
            yield claim
            if claim.comes_again:
                self.give_back(lambda other, late=claim: other.line == late.line)  # type: ignore[misc]

    def __enter__(self) -> "Batch":
        return self

    def __exit__(self, *_error: object) -> None:
        db.session.rollback()
        self.give_back()

    def give_back(self, which: Callable[[Claim], bool] = lambda _claim: True) -> None:
        """Release the claims that were not tried, as if they had never been claimed; commits."""
        given = [claim for claim in self._left if which(claim)]
        if not given:
            return
        self._left = deque(claim for claim in self._left if claim not in given)
        ours = (
            Message.id.in_([claim.message_id for claim in given]),
            Message.status == "sending",
            Message.lease_until == given[0].lease_until,
        )
        _change(*ours, status="waiting", lease_until=None, attempts=Message.attempts - 1)
        db.session.commit()


def call_off_outdated() -> None:
    """Call off what is of no use any more, such as a reminder of a session that has begun; commits."""
    outdated = Message.useful_until <= clock.now()
    found = select(Message.id).where(outdated, WAITS).limit(1)
    left_behind = select(Message.id).where(outdated, _was_left_behind()).limit(1)
    with reading():
        is_any = db.session.scalar(found) or db.session.scalar(left_behind)
        db.session.rollback()
    if is_any:
        for free in (WAITS, _was_left_behind()):
            _change(outdated, free, status="called_off", lease_until=None)
        db.session.commit()


def claim_batch(*which: ColumnElement[bool], at_most: int = AT_ONCE) -> Batch:
    """Claim the next of these messages that are due, earliest first. Commits; empty when there are none."""
    if not _is_any_due(*which):
        return Batch([])
    page = [*_rows(_left_behind(*which)), *_rows(due(*which))]
    while page:
        claims = _claim_of(page, at_most)
        db.session.commit()
        if claims:
            return Batch(claims)
        page = _rows(due(*which, after=(page[-1].next_attempt_at, page[-1].id)))
    db.session.rollback()
    return Batch([])


def claim_next(*which: ColumnElement[bool]) -> Claim | None:
    """Claim the next of these messages alone; commits."""
    return next(iter(claim_batch(*which, at_most=1)), None)


def write(claim: Claim, **outcome: object) -> bool:
    """Store the outcome while the lease is ours, so that a worker that was held up overwrites nothing; commits."""
    row = _ROW.c  # not by way of the session, which would take as long as the database: once for every message
    ours = (row.id == claim.message_id, row.status == "sending", row.lease_until == claim.lease_until)
    written = rows_changed(update(_ROW).where(*ours).values(lease_until=None, **outcome))
    db.session.commit()
    return written == 1


def note_failure(claim: Claim, error: GatewayError) -> None:
    """Store when the message is tried again, or that it is given up; commits."""
    # The server's words often repeat the address: they belong to the row, not into a log.
    log.warning("message %s was not delivered (attempt %s)", claim.message_id, claim.attempts)
    if not error.retry or clock.now() - claim.message.created_at > GIVE_UP_AFTER:
        write(claim, status="given_up", last_error=str(error))
        return
    wait = timedelta(seconds=current_app.config["SWEEP_SECONDS"]) * 2 ** min(claim.attempts - 1, 20)
    wait = min(wait, LONGEST_WAIT_WHILE_AWAY if error.away else LONGEST_WAIT)
    asked = min(timedelta(seconds=error.wait), LONGEST_WAIT)
    claim.comes_again = True
    write(claim, status="waiting", last_error=str(error), next_attempt_at=clock.now() + max(wait, asked))


_earlier = aliased(Message)
_in_front = (
    _earlier.booking_id == Message.booking_id,
    _earlier.recipient == Message.recipient,
    _earlier.channel == Message.channel,
    _earlier.subscription_id.is_not_distinct_from(Message.subscription_id),
    _earlier.id < Message.id,
    _earlier.status.in_((_WAITING, _SENDING)),
)
_next_in_front = (
    select(_earlier.id).where(*_in_front).order_by(_earlier.id.desc()).limit(1).correlate(Message).scalar_subquery()
)


def due(*which: ColumnElement[bool], after: tuple[datetime, int] | None = None) -> Select[Any]:
    """Return a page of messages that are due, earliest first, each with the one in front of it in its line."""
    ready = (WAITS, Message.next_attempt_at <= clock.now(), *which)
    if after:
        ready = (*ready, tuple_(Message.next_attempt_at, Message.id) > after)
    # What failed goes to the back: it must not keep others waiting.
    return _page().where(*ready).order_by(Message.next_attempt_at, Message.id)


def _left_behind(*which: ColumnElement[bool]) -> Select[Any]:
    return _page().where(_was_left_behind(), *which).order_by(Message.id)


def _page() -> Select[Any]:
    told = [getattr(Message, name) for name in Told._fields]
    columns = (*told, Message.attempts, Message.next_attempt_at, _next_in_front.label("in_front"))
    # Whoever holds one of the rows is about to change what it is: it is left to them.
    return select(*columns).limit(AT_ONCE).with_for_update(of=Message, skip_locked=True)


def _rows(page: Select[Any]) -> list[Row[Any]]:
    return list(db.session.execute(page).all())


def _claim_of(page: Sequence[Row[Any]], at_most: int) -> list[Claim]:
    """Claim those that are next in their line, and what follows them; part of the caller's transaction."""
    taken: dict[int, Row[Any]] = {}
    blocked = []
    for row in page:
        if row.in_front is not None and row.in_front not in taken:
            blocked.append(row.id)
        elif len(taken) < at_most:
            taken[row.id] = row
    if blocked:
        _put_off(blocked)
    lease_until = clock.now() + LEASE
    if taken:
        _change(Message.id.in_(taken), status="sending", lease_until=lease_until, attempts=Message.attempts + 1)
    return [Claim(Told.of(row), lease_until, row.attempts + 1) for row in taken.values()]


def _put_off(message_ids: Sequence[int]) -> None:
    """Those in whose line an earlier one is tried again later are due no sooner: they are not looked at until then."""
    in_front = (
        select(func.max(_earlier.next_attempt_at))
        .where(*_in_front, _earlier.status == _WAITING, _earlier.next_attempt_at > clock.now())
        .correlate(Message)
        .scalar_subquery()
    )
    put_off = (Message.id.in_(message_ids), WAITS, in_front.is_not(None))
    _change(*put_off, next_attempt_at=in_front)


def _change(*which: ColumnElement[bool], **values: object) -> int:
    """Return how many rows the statement changed, without synchronising loaded objects."""
    plainly = update(Message).where(*which).values(**values)
    return rows_changed(plainly.execution_options(synchronize_session=False))


def _was_left_behind() -> ColumnElement[bool]:
    return and_(Message.status == _SENDING, Message.lease_until <= clock.now())


def _is_any_due(*which: ColumnElement[bool]) -> bool:
    """Return whether a message is due, without taking the writer's turn."""
    ready = (WAITS, Message.next_attempt_at <= clock.now())
    with reading():
        first = select(Message.id).where(*ready, *which).order_by(Message.next_attempt_at, Message.id).limit(1)
        left_behind = select(Message.id).where(_was_left_behind(), *which).limit(1)
        found = db.session.scalar(first) or db.session.scalar(left_behind)
        db.session.rollback()
    return found is not None
