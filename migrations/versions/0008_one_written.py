"""At most one calendar of a connection is the one that sessions are written into."""

import sqlalchemy as sa
from alembic import op

from app import clock
from app.database import UTCDateTime

revision = "0008_one_written"
down_revision = "0007_made_once"
branch_labels = None
depends_on = None

NAME = "uq_outside_calendar_one_written"

calendar = sa.table(
    "outside_calendar",
    sa.column("id", sa.Integer),
    sa.column("connection_id", sa.Integer),
    sa.column("is_written", sa.Boolean),
    sa.column("next_write_at", UTCDateTime),
)


def upgrade() -> None:
    # Where two requests at once chose two, the first stays; what stands in the other is taken away from there.
    first = sa.select(sa.func.min(calendar.c.id)).where(calendar.c.is_written).group_by(calendar.c.connection_id)
    others = (calendar.c.is_written, calendar.c.id.not_in(first))
    op.execute(sa.update(calendar).where(*others).values(is_written=False, next_write_at=clock.now()))
    where = sa.text("is_written")
    op.create_index(
        NAME, "outside_calendar", ["connection_id"], unique=True, sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index(NAME, "outside_calendar")
