"""What a therapist is told of their calendars: where they moved a session there, and that writing fails for long."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0005_told_of_calendars"
down_revision = "0004_calendars_outside"
branch_labels = None
depends_on = None

WRITING = ("write_failing_since", "write_told_at")


def upgrade() -> None:
    # In plain SQL: it takes a constraint with the column on both engines, and rebuilds no table on SQLite.
    op.execute(
        "ALTER TABLE busy_time ADD COLUMN entry_id INTEGER CONSTRAINT fk_busy_time_entry_id_calendar_entry "
        "REFERENCES calendar_entry (id) ON DELETE CASCADE"
    )
    op.create_index("uq_busy_time_entry", "busy_time", ["entry_id"], unique=True)
    for name in WRITING:
        op.add_column("outside_calendar", sa.Column(name, UTCDateTime()))


def downgrade() -> None:
    for name in WRITING:
        op.execute(f"ALTER TABLE outside_calendar DROP COLUMN {name}")
    # What was released before can neither send these nor free those.
    op.execute("DELETE FROM message WHERE name IN ('calendar_unwritten', 'not_looked_up')")
    op.execute("DELETE FROM busy_time WHERE entry_id IS NOT NULL")
    op.drop_index("uq_busy_time_entry", "busy_time")
    op.execute("ALTER TABLE busy_time DROP COLUMN entry_id")
