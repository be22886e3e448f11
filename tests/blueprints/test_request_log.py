"""Operators read a line for each request, and nothing that opens or names anything."""

import json
import logging

import pytest

from app.booking.personal_link import PersonalLink
from app.database import db
from app.web.request_log import log
from tests.engines.fixtures import new_app


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(record.getMessage()))


@pytest.fixture
def logged(database, tmp_path):
    """The program with its log on, and the lines that it writes."""
    app, kept = new_app(database, tmp_path, REQUEST_LOG="1"), Kept()
    log.addHandler(kept)
    yield app, kept.lines
    log.removeHandler(kept)
    with app.app_context():
        db.engine.dispose()


def test_a_request_is_logged_by_the_rule_of_its_route(app, request_of_ines, logged):
    token = PersonalLink.to_session(request_of_ines.id).token
    db.session.commit()
    program, lines = logged
    answer = program.test_client().get(f"/s/{token}?zone=Europe/Berlin")
    (line,) = lines
    assert (line["method"], line["route"], line["status"]) == ("GET", "/s/<token>", 200)
    assert line["ms"] > 0
    assert line["id"] == answer.headers["X-Request-Id"]
    assert token not in json.dumps(line)


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/dashboard", 303)])
def test_what_was_refused_is_logged_too(app, logged, path, status):
    program, lines = logged
    program.test_client().get(path)
    assert [line["status"] for line in lines] == [status]


def test_nothing_is_logged_outside_production_unless_asked_for(mara, http):
    assert "X-Request-Id" not in http.get("/").headers
