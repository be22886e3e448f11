"""What a therapist is told of their calendars: where they moved a session there, and that writing fails for long."""

from alembic import op

revision = "0005_told_of_calendars"
down_revision = "0004_calendars_outside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL: it takes a constraint with the column on both engines, and rebuilds no table on SQLite.
    op.execute(
        "ALTER TABLE busy_time ADD COLUMN entry_id INTEGER CONSTRAINT fk_busy_time_entry_id_calendar_entry "
        "REFERENCES calendar_entry (id) ON DELETE CASCADE"
    )
    op.create_index("uq_busy_time_entry", "busy_time", ["entry_id"], unique=True)


def downgrade() -> None:
    # What was released before would never free these.
    op.execute("DELETE FROM busy_time WHERE entry_id IS NOT NULL")
    op.drop_index("uq_busy_time_entry", "busy_time")
    op.execute("ALTER TABLE busy_time DROP COLUMN entry_id")
