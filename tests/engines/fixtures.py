"""Fixtures for every test that touches the practice; each runs on SQLite and on PostgreSQL."""

import contextvars
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from tests.engines.databases import Database, new_database

ENGINES = tuple(os.environ.get("ENGINES", "sqlite postgresql").split())
FOLDER = "HOLDFAST_TEST_FOLDER"
SECRET = "only-for-tests-0123456789abcdef0123456789abcdef"

_keeper: list[subprocess.Popen[bytes]] = []


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = tempfile.mkdtemp(prefix="holdfast-tests-")
    os.chmod(folder, 0o711)  # PostgreSQL runs as another user
    os.environ[FOLDER] = folder  # worker processes inherit it
    command = [sys.executable, "-m", "tests.engines.keeper", folder, str(os.getpid())]
    _keeper.append(subprocess.Popen(command, cwd=Path(__file__).parents[2]))


def pytest_unconfigure(config: pytest.Config) -> None:
    while _keeper:
        keeper = _keeper.pop()
        keeper.terminate()
        keeper.wait(20)


@pytest.fixture(scope="session")
def new_db(worker_id: str) -> Callable[[str], Database]:
    """Make another database: `new_db("sqlite")`."""
    made = 0

    def make(engine: str) -> Database:
        nonlocal made
        made += 1
        return new_database(Path(os.environ[FOLDER]), engine, f"holdfast_{worker_id}_{made}")

    return make


@pytest.fixture(scope="session")
def _databases(new_db: Callable[[str], Database]) -> Callable[[str], Database]:
    made: dict[str, Database] = {}

    def of(engine: str) -> Database:
        if engine not in made:
            made[engine] = new_db(engine)
        return made[engine]

    return of


@pytest.fixture(scope="session")
def _apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Database], Flask]]:
    made: dict[str, Flask] = {}

    def of(database: Database) -> Flask:
        if database.url not in made:
            made[database.url] = new_app(database, tmp_path_factory.mktemp("home"))
        return made[database.url]

    yield of
    for app in made.values():
        _close(app)


def new_app(database: Database, home: Path, **settings: str) -> Flask:
    """The program as it runs, on a test's database; mails are recorded, Redis is absent."""
    from app import create_app
    from app.database import db
    from app.integrations.mail.recorded import RecordedMail

    app = create_app(
        {
            "HOLDFAST_CONFIG": "testing",
            "HOLDFAST_HOME": str(home),
            "DATABASE_URL": database.url,
            "SECRET_KEY": SECRET,
            "UNPROVEN_PER_NETWORK": "100000",  # tests ask from one network; what limits that is tried where it is tried
            "PUBLIC_URL": "http://localhost",
            **settings,
        }
    )
    app.config |= {"TESTING": True, "RECORDED_MAIL": RecordedMail()}
    app.test_client_class = Http
    with app.app_context():
        refuse_to_write_where_only_reading(db.engine)
    return app


def refuse_to_write_where_only_reading(engine: Engine) -> None:
    """SQLite lets a transaction that began by reading write too, unless somebody else wrote meanwhile: then it fails.
    Here it always fails, and says so."""

    @event.listens_for(engine, "before_cursor_execute")
    def look(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if connection.info.get("only_reads"):
            assert not statement.startswith(("INSERT", "UPDATE", "DELETE")), f"not begun to write: {statement}"


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, _databases: Callable[[str], Database]) -> Iterator[Database]:
    """An empty database; afterwards no two holds of one therapist overlap in it."""
    database = _databases(request.param)
    database.empty()
    yield database
    overlapping = database.overlapping_holds()
    assert overlapping == [], f"these holds overlap: {overlapping}"


@pytest.fixture
def app(database: Database, _apps: Callable[[Database], Flask]) -> Iterator[Flask]:
    """The program on an empty database, within its context: `db.session` works in the test itself."""
    from app.database import db

    app = _apps(database)
    _close(app)  # what a thread of an earlier test left open reads that test's file
    _forget_what_is_kept()
    before = dict(app.config)
    app.config["RECORDED_MAIL"] = type(app.config["RECORDED_MAIL"])()
    with app.app_context():
        yield app
        db.session.rollback()
    app.config.clear()
    app.config.update(before)
    _close(app)


@pytest.fixture
def mails(app: Flask) -> Any:
    """What was sent in this test: `deliver_waiting()`, then `mails.sent`."""
    return app.config["RECORDED_MAIL"]


@pytest.fixture
def http(app: Flask) -> "Http":
    """A browser without scripts."""
    return app.test_client()  # type: ignore[return-value]


class Http(FlaskClient):
    """Flask's test client, as far from the test as a browser is: nothing of its context reaches a request."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        commit_what_the_test_did()
        return contextvars.Context().run(super().open, *args, **kwargs)


def commit_what_the_test_did() -> None:
    """End the test's own transaction: others must see its rows, and SQLite has one writer at a time."""
    from app.database import db

    if has_app_context():
        db.session.commit()


def _forget_what_is_kept() -> None:
    """What a process keeps of a database for a while would be of another test's."""
    from app.scheduling import directory, published

    directory._kept.clear()
    published._kept.clear()


def _close(app: Flask) -> None:
    from app.database import db

    with app.app_context():
        db.session.remove()
        if db.engine.dialect.name == "sqlite":  # another file stands there in a moment
            db.engine.dispose()
