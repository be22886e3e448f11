"""Secrets in the database, and the keys that open them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app import clock
from app.calendars.connection import CalendarConnection
from app.config import BadSetting, load
from app.database import db
from app.sealed import Unreadable, new_key

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


def test_a_missing_key_is_said(app, connection):
    app.config["ENCRYPTION_KEYS"] = (new_key(),)
    with pytest.raises(Unreadable, match="ENCRYPTION_KEYS"):
        read_again(connection)


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
