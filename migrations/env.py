"""Runs the migrations on the database of the running app, each in its own transaction."""

from alembic import context
from flask import current_app

from app import models  # noqa: F401  (completes the metadata)

database = current_app.extensions["migrate"].db


def upgrade() -> None:
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            transaction_per_migration=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


upgrade()
