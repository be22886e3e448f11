"""The database: one declarative base, aware times only, and both engines made to behave alike."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import (
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    TypeDecorator,
    UpdateBase,
    event,
    func,
    select,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase

from app import sqlite

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment. Refuses naive datetimes; gives back UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}: every moment is aware")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Session(FlaskSession):
    """The session of a request or job. Transactions that only read need none on PostgreSQL: each statement sees
    what is committed when it begins, as it would anyway, and two round trips are saved."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Any:
        bind = super().get_bind(*args, **kwargs)
        if _writing.get() or bind.dialect.name != "postgresql":
            return bind
        return _outside_transactions(bind)


@lru_cache(maxsize=16)  # one for each engine: a session keeps one connection for each bind
def _outside_transactions(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


db = SQLAlchemy(model_class=Base, session_options={"class_": Session}, engine_options={"hide_parameters": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model  # the base of every table


def rows_changed(statement: UpdateBase, parameters: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE; how many rows it found. A conditional one tells by this who came first.

    With `parameters` as `rows_of` does: rows that are loaded already are then left as they are.
    """
    if parameters is not None:
        return rows_of(statement, parameters).rowcount
    return cast(CursorResult[Any], db.session.execute(statement)).rowcount


def take_turn(name: str) -> None:
    """Wait until no other transaction that says this name is open, and keep others waiting until this one ends.

    For limits that are counted over more than a transaction has locked. On SQLite writers take turns anyway.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def rows_of(statement: Executable, parameters: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that names columns, in the session's transaction and without the ORM's share of the work, which
    takes as long as most small statements. What asks for entities goes to the session itself."""
    session = db.session()
    session.flush()
    return session.connection().execute(statement, parameters)


def read_one(engine: Engine, statement: Executable, parameters: Mapping[str, Any]) -> Any:
    """The first value that one statement finds, read without a session; for what is asked all the time."""
    with reading():
        one = _outside_transactions(engine) if engine.dialect.name == "postgresql" else engine
        with one.connect() as connection:
            return connection.execute(statement, parameters).scalar()


REST = 1.0  # seconds without use, after which a connection is looked at

# SQLite lets one writer in at a time. A transaction that will write must say so when it begins: one that
# starts by reading and writes later cannot wait for its turn and fails instead.
_writing: ContextVar[bool] = ContextVar("writing", default=True)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read (GET and HEAD), so they never queue behind a writer."""
    token = _writing.set(False)
    try:
        yield
    finally:
        _writing.reset(token)


def set_writing(writing: bool) -> None:
    """Set whether transactions begun from here on, in this thread, take the writer's turn at once."""
    _writing.set(writing)


def begin_to_write() -> None:
    """End the transaction that only read, and let the next one in this thread take the writer's turn."""
    db.session.rollback()
    set_writing(True)


def ensure_writing() -> None:
    """Begin to write where only reading was meant so far: after an answer's commit, or before anything was decided."""
    if not _writing.get():
        begin_to_write()


def prepare(engine: Engine) -> None:
    """Attach to an engine what its connections need: SQLite its pragmas and manners, PostgreSQL a look after a rest."""
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine, _writing.get)
    else:
        _look_after_a_rest(engine)


def _look_after_a_rest(engine: Engine) -> None:
    """A connection that was not used for a while may have been ended by the server: ask before it is used again.

    Asking each time (pool_pre_ping) would cost every request a round trip.
    """

    @event.listens_for(engine, "checkin")
    def left(_connection: Any, record: Any) -> None:
        record.info["left"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("left", -REST) < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error
