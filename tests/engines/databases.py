"""One database of a migrated template, as often as a test wants it empty."""

import shutil
import time
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, text

TWO_HOLDS_AT_ONCE = text(
    "SELECT a.id, b.id FROM hold a JOIN hold b ON a.therapist_id = b.therapist_id AND a.id < b.id "
    "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
)


class Database:
    """A database of one test process; `url` is what DATABASE_URL takes."""

    engine: str
    url: str

    def empty(self) -> None:
        """As the migrations left it. Nobody may have it open on SQLite."""
        raise NotImplementedError

    def overlapping_holds(self) -> list[tuple[int, int]]:
        """Pairs of holds of one therapist that overlap: there must never be one."""
        engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(TWO_HOLDS_AT_ONCE)]
        finally:
            engine.dispose()


class SQLiteDatabase(Database):
    engine = "sqlite"

    def __init__(self, template: Path, file: Path) -> None:
        self._template, self._file = template, file
        self.url = f"sqlite:///{file}"

    def empty(self) -> None:
        for rest in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + rest).unlink(missing_ok=True)
        shutil.copyfile(self._template, self._file)


class PostgreSQLDatabase(Database):
    engine = "postgresql"

    def __init__(self, address: str, name: str) -> None:
        self.url = address.format(name)
        with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE holdfast_template')
        self._connection: psycopg.Connection | None = None

    def empty(self) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True)
            # History refuses to be deleted, and rows are deleted in any order: triggers and keys look away.
            self._connection.execute("SET session_replication_role = replica")
        names = self._connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        self._connection.execute("; ".join(f'DELETE FROM "{name}"' for (name,) in names))


def ask(folder: Path, engine: str, seconds: float = 240) -> str:
    """Where the keeper has this engine; raises with its reason when it could not be made."""
    (folder / f"{engine}.wanted").touch()
    ready, failed = folder / f"{engine}.ready", folder / f"{engine}.failed"
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if ready.exists():
            return ready.read_text()
        if failed.exists():
            raise RuntimeError(f"{engine} could not be prepared: {failed.read_text()}")
        time.sleep(0.02)
    raise RuntimeError(f"{engine} was not ready within {seconds} s")


def new_database(folder: Path, engine: str, name: str) -> Database:
    place = ask(folder, engine)
    if engine == "sqlite":
        return SQLiteDatabase(Path(place), folder / f"{name}.sqlite3")
    return PostgreSQLDatabase(place, name)
