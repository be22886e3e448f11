"""What forms make knows the key of its form, so that a form sent twice makes one thing."""

import sqlalchemy as sa
from alembic import op

revision = "0007_made_once"
down_revision = "0006_lists_at_the_desk"
branch_labels = None
depends_on = None

TABLES = ("sick_day", "time_off", "extra_time", "working_time", "calendar_connection", "feed_address")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("made_once", sa.String(64)))
        op.create_index(f"ix_{table}_made_once", table, ["made_once"], unique=True)


def downgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_made_once", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN made_once")
