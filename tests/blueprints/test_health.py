"""What load balancers and operators ask."""

import pytest

from app.database import db
from app.jobs.lease import Lease
from app.jobs.worker import SIGN_OF_LIFE


def test_the_process_is_alive_whatever_else_is_away(http):
    assert http.get("/healthz").json == {"status": "ok"}


def test_it_says_which_part_is_not_ready(http):
    answer = http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] is True
    assert answer.json["migrations"] is True
    assert answer.json["redis"] is False
    assert answer.json["worker"] is False


def test_a_worker_is_seen_by_its_sign_of_life(http):
    Lease.take(SIGN_OF_LIFE, seconds=60)
    assert http.get("/readyz").json["worker"] is True
    Lease.give_back(SIGN_OF_LIFE)
    assert http.get("/readyz").json["worker"] is False


@pytest.fixture
def not_migrated(app):
    was = db.session.scalar(db.text("select version_num from alembic_version"))
    db.session.execute(db.text("update alembic_version set version_num = 'other'"))
    db.session.commit()
    yield
    db.session.execute(db.text("update alembic_version set version_num = :was"), {"was": was})
    db.session.commit()


def test_a_database_that_was_not_migrated_is_told(not_migrated, http):
    assert http.get("/readyz").json["migrations"] is False
