"""On SQLite one writes at a time: the others wait for their turn, whatever the lock is that they meet."""

import gc
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError

from app import sqlite
from app.sqlite import is_busy


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_BUSY_RECOVERY])
def test_every_kind_of_busy_is_waited_for(code):
    met = sqlite3.OperationalError("database is locked")
    met.sqlite_errorcode = code
    assert is_busy(met)


def test_what_is_broken_is_not_waited_for():
    met = sqlite3.OperationalError("disk I/O error")
    met.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert not is_busy(met)


@pytest.fixture
def engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/turns.sqlite3")
    sqlite.prepare(engine, lambda: True)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("end", [Connection.commit, Connection.rollback, Connection.close, Connection.invalidate])
def test_the_next_writer_of_the_process_is_let_in_when_a_turn_ends(engine, end):
    first = engine.connect()
    first.execute(text("CREATE TABLE word (text)"))

    def write() -> bool:
        with engine.begin() as second:
            second.execute(text("SELECT 1"))
        return True

    with ThreadPoolExecutor() as others:
        waiting = [others.submit(write) for _ in range(3)]
        assert not any(one.done() for one in waiting)
        end(first)
        assert all(one.result(timeout=5) for one in waiting)


def test_a_turn_that_is_left_open_ends_with_its_connection(engine):
    engine.connect().execute(text("SELECT 1"))  # nobody has it any more
    gc.collect()
    with engine.begin() as next_one:
        assert next_one.execute(text("SELECT 1")).scalar() == 1


def test_a_commit_that_fails_ends_the_transaction_and_the_turn(engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (of INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO child VALUES (1)"))
        with pytest.raises(IntegrityError):
            connection.commit()
        driver = connection.connection.dbapi_connection
        assert (driver.in_transaction, driver.turns.locked()) == (False, False)
