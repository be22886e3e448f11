"""On SQLite one writes at a time: the others wait for their turn, whatever the lock is that they meet."""

import sqlite3

import pytest

from app.database import _is_busy


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY])
def test_every_kind_of_busy_is_waited_for(code):
    met = sqlite3.OperationalError("database is locked")
    met.sqlite_errorcode = code
    assert _is_busy(met)


def test_what_is_broken_is_not_waited_for():
    met = sqlite3.OperationalError("disk I/O error")
    met.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert not _is_busy(met)
