"""Is the program alive, and can it do its work? For load balancers and operators."""

from collections.abc import Callable

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, jsonify
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import assets
from app.database import db
from app.jobs.lease import Lease
from app.jobs.queue import redis_client
from app.jobs.worker import SIGN_OF_LIFE
from app.web import proxies
from app.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def process() -> Response:
    """The process answers. Asks nothing of anybody else: a database that is away is not cured by a restart."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Everything that work needs is there; otherwise 503 and which part is not."""
    parts = {name: _answers(check) for name, check in CHECKS.items()}
    # Anybody can send the header that makes this appear: it must not take the practice off the air.
    warnings = {"warnings": [sentence]} if (sentence := proxies.trouble()) else {}
    return jsonify(parts | warnings), 200 if all(parts.values()) else 503


def _answers(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, RedisError, OSError):
        db.session.rollback()
        return False


def _database() -> bool:
    return bool(db.session.scalar(text("select 1")))


def _migrations() -> bool:
    directory = ScriptDirectory(str(current_app.extensions["migrate"].directory))
    return MigrationContext.configure(db.session.connection()).get_current_revision() == directory.get_current_head()


def _redis() -> bool:
    return bool(current_app.config["REDIS_URL"] and redis_client().ping())


def _worker() -> bool:
    return Lease.is_held(SIGN_OF_LIFE)


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "redis": _redis,
    "worker": _worker,
    "pages": assets.is_built,
}
