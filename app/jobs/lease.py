"""Who is at it just now: the leading timetable, and the last sign of life of a worker."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, UTCDateTime, db, rows_changed


class Lease(Model):
    """A task that one process has until a moment; afterwards any other may take it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(200))
    until: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def take(cls, name: str, seconds: float) -> bool:
        """Take or prolong the lease for this process; commits. Returns False while another process has it."""
        values = {"holder": me(), "until": clock.now() + timedelta(seconds=seconds)}
        free = or_(cls.holder == me(), cls.until <= clock.now(), cls._left_behind(name))
        taken = rows_changed(update(cls).where(cls.name == name, free).values(**values))
        if not taken and db.session.get(cls, name) is None:
            db.session.add(cls(name=name, **values))
        elif not taken:
            db.session.rollback()
            return False
        try:
            db.session.commit()
        except IntegrityError:  # two processes wrote the first row at once
            db.session.rollback()
            return False
        return True

    @classmethod
    def give_back(cls, name: str) -> None:
        """Release the lease, so that the next process need not wait for its end; commits."""
        mine = (cls.name == name, cls.holder == me())
        db.session.execute(update(cls).where(*mine).values(until=clock.now()))
        db.session.commit()

    @classmethod
    def is_held(cls, name: str) -> bool:
        return db.session.scalar(select(cls.until).where(cls.name == name, cls.until > clock.now())) is not None

    @classmethod
    def _left_behind(cls, name: str) -> ColumnElement[bool]:
        """True for the holder just seen, if it ran on this machine and is no more (killed, not stopped)."""
        holder = db.session.scalar(select(cls.holder).where(cls.name == name)) or ""
        host, _, pid = holder.rpartition(":")
        gone = host == _host() and pid.isdigit() and not _runs(int(pid))
        return cls.holder == (holder if gone else me())


def me() -> str:
    """Return a name of this process that no other process on any machine has."""
    return f"{_host()}:{os.getpid()}"


def _host() -> str:
    return socket.gethostname()[:150]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
