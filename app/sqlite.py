"""Connections to SQLite: private files, pragmas, and a fair turn for everybody who writes."""

import random
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, event

from app.home import close_to_others

WRITERS_WAIT = 30.0  # seconds: longer than any crowd of writers takes
BUSY_TIMEOUT = 10_000  # milliseconds that SQLite itself waits for everything else
AGAIN = 0.001, 0.004  # seconds from one try to the next, where another process writes


def prepare(engine: Engine, is_writing: Callable[[], bool]) -> None:
    """Give the connections of an engine their pragmas, and begin transactions as `is_writing` says."""
    if engine.url.database and engine.url.database != ":memory:":
        _keep_private(Path(engine.url.database))
    turns = Lock()

    @event.listens_for(engine, "do_connect")
    def ours(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["factory"] = Connection

    @event.listens_for(engine, "connect")
    def pragmas(connection: Connection, _record: Any) -> None:
        connection.turns = turns
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT}"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.info["only_reads"] = not is_writing()  # the tests refuse to write in these
        if not is_writing():
            connection.exec_driver_sql("BEGIN")
        elif not connection.connection.dbapi_connection.begin_to_write():
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # for the last time: an error is SQLAlchemy's from here on


class Connection(sqlite3.Connection):
    """A connection that takes turns with the others of its process.

    SQLite lets one writer in at a time, and its own waiting grows to a tenth of a second: whoever has waited longest
    asks least often. So the writers of a process wait at a lock, which lets the next one in at once, and only one of
    them asks SQLite, at even intervals, while another process writes.
    """

    turns: Lock
    _has_turn = False

    def begin_to_write(self) -> bool:
        """Begin a transaction as the only writer. Returns whether a turn came within WRITERS_WAIT."""
        ends = time.monotonic() + WRITERS_WAIT
        self._has_turn = self.turns.acquire(timeout=WRITERS_WAIT)
        # SQLAlchemy is not asked: all of this is said with every change.
        self.execute("PRAGMA busy_timeout=0")
        try:
            while time.monotonic() < ends:
                try:
                    self.execute("BEGIN IMMEDIATE")
                    return True
                except sqlite3.OperationalError as error:
                    if not is_busy(error):
                        break
                time.sleep(random.uniform(*AGAIN))
            return False
        finally:
            self.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")

    def commit(self) -> None:
        try:
            super().commit()
        except sqlite3.Error:
            self.rollback()  # SQLAlchemy does not, and would give the connection to others with its transaction open
            raise
        self._end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._end_turn()

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self.turns.release()


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Return whether somebody else has the lock. Its kind is told by the other bytes of the code."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _keep_private(file: Path) -> None:
    """Have the file there with its owner's rights only. SQLite gives the same rights to the logs beside it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600)
    for path in (file, *file.parent.glob(f"{file.name}-*")):
        close_to_others(path)
