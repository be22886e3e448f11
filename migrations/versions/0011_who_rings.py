"""Who rings whom at a phone location, and by when a request must be answered."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op
from flask import current_app

from app.database import UTCDateTime

revision = "0011_who_rings"
down_revision = "0010_backlog"
branch_labels = None
depends_on = None

INDEX = "ix_booking_therapist_answer_by"
# As moments are written on each engine; later by a number of seconds.
LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', {moment}, '{seconds} seconds')",
    "postgresql": "{moment} + interval '{seconds} seconds'",
}
LEAST = {"sqlite": "min", "postgresql": "least"}


def upgrade() -> None:
    # In plain SQL: it takes a constraint with the column on both engines, and rebuilds no table on SQLite.
    op.execute(
        "ALTER TABLE location ADD COLUMN who_rings VARCHAR(10) DEFAULT 'client' NOT NULL "
        "CONSTRAINT ck_location_who_rings CHECK (who_rings in ('client', 'therapist'))"
    )
    # Clients were shown the number and rang it; where there was none to show, only the therapist can ring.
    op.execute("UPDATE location SET who_rings = 'therapist' WHERE kind = 'phone' AND phone = ''")
    op.add_column("booking", sa.Column("answer_by", UTCDateTime()))
    engine = op.get_bind().dialect.name
    lead: timedelta = current_app.config["MINIMUM_LEAD"]
    asked = LATER[engine].format(moment="unanswered_since", seconds=72 * 3600)
    near = LATER[engine].format(moment="starts_at", seconds=-int(lead.total_seconds()))
    op.execute(f"UPDATE booking SET answer_by = {LEAST[engine]}({asked}, {near})")
    op.create_index(INDEX, "booking", ["therapist_id", "status", "answer_by"])


def downgrade() -> None:
    op.drop_index(INDEX, "booking")
    op.execute("ALTER TABLE booking DROP COLUMN answer_by")
    op.execute("ALTER TABLE location DROP COLUMN who_rings")
