"""Secrets in the database, and the keys that open them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app import clock
from app.calendars.connections.connection import CalendarConnection
from app.config import BadSetting, load
from app.database import db
from app.sealed import new_key

LATER = timedelta(hours=1)


@pytest.fixture
def connection(app, mara):
    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    made = CalendarConnection(therapist=mara, kind="google", refresh_token="1//token", access_until=clock.now() + LATER)
    db.session.add(made)
    db.session.commit()
    return made


def as_it_lies():
    return db.session.scalar(text("SELECT refresh_token FROM calendar_connection"))


def read_again(connection):
    db.session.expire_all()
    return connection.refresh_token


def test_who_has_the_database_only_reads_nothing(connection):
    assert "token" not in as_it_lies()
    assert read_again(connection) == "1//token"


def test_keys_rotate_while_all_is_served(app, connection):
    old, new = app.config["ENCRYPTION_KEYS"][0], new_key()
    app.config["ENCRYPTION_KEYS"] = (new, old)
    assert read_again(connection) == "1//token"
    assert "1 rows" in app.test_cli_runner().invoke(args=["rotate-keys"]).output
    app.config["ENCRYPTION_KEYS"] = (new,)
    assert read_again(connection) == "1//token"


def test_a_missing_key_is_said_once_and_breaks_nothing(app, connection, caplog):
    lies = as_it_lies()
    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    assert [read_again(connection) for _ in range(3)] == [None, None, None]
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(told) == 1
    assert "ENCRYPTION_KEYS" in told[0]
    assert lies not in caplog.text


def test_a_secret_whose_key_is_missing_is_never_written_over(app, connection):
    lies, old = as_it_lies(), app.config["ENCRYPTION_KEYS"]
    connection.access_token = "ya29"
    db.session.commit()
    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    told = app.test_cli_runner().invoke(args=["rotate-keys"]).output
    assert told.startswith("0 rows are sealed with the newest key.\n1 rows stay as they are"), told
    assert read_again(connection) is None
    connection.label = "Private"
    connection.refresh_token = None or connection.refresh_token
    db.session.commit()
    assert as_it_lies() == lies
    app.config["ENCRYPTION_KEYS"] += old
    assert (read_again(connection), connection.access_token) == ("1//token", "ya29")


def test_what_lay_there_in_plain_is_read_and_then_sealed(app, connection):
    db.session.execute(text("UPDATE calendar_connection SET refresh_token = 'plain'"))
    db.session.commit()
    assert read_again(connection) == "plain"
    app.test_cli_runner().invoke(args=["rotate-keys"])
    assert as_it_lies() != "plain"
    assert read_again(connection) == "plain"


def test_without_keys_one_follows_from_the_secret_key(app, connection):
    app.config["ENCRYPTION_KEYS"] = ()
    connection.refresh_token = "another"
    db.session.commit()
    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    assert read_again(connection) == "another"


def test_what_is_no_key_is_refused_at_the_start():
    with pytest.raises(BadSetting, match="ENCRYPTION_KEYS"):
        load({"ENCRYPTION_KEYS": "short", "HOLDFAST_CONFIG": "testing"})
