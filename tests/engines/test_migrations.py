"""The way back to the release before, and forth again, with a practice in the database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, text

from app.database import db
from app.messages.message import Message
from tests import world
from tests.engines.fixtures import ENGINES, _close, new_app


@pytest.fixture(params=ENGINES)
def app(request, new_db, tmp_path) -> Iterator[Flask]:
    """With a database of its own: what happens to its tables is nobody else's business."""
    database = new_db(request.param)
    database.empty()
    app = new_app(database, tmp_path)
    with app.app_context():
        yield app
        db.session.rollback()
    _close(app)


def test_the_release_before_finds_no_push_that_it_would_mail(app, request_of_ines):
    mails = len(db.session.scalars(select(Message)).all())
    pushed = {"channel": "push", "name": "test", "recipient": "therapist", "address": "push.example", "facts": {}}
    db.session.add_all([Message(**pushed), Message(**pushed, status="sent")])
    migrate(app, "downgrade", "0002_when")
    assert db.session.execute(text("SELECT channel FROM message")).scalars().all() == ["mail"] * mails
    migrate(app, "upgrade", "head")
    world.JONAS.asks(request_of_ines.therapist, world.in_days(4))
    assert request_of_ines.therapist.diary_revision > 0


def migrate(app: Flask, *where: str) -> None:
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["db", *where])
    assert result.exit_code == 0, result.output
