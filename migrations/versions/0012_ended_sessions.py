"""When a session was called off; and those that ended while another location was offered name the agreed one again."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0012_ended_sessions"
down_revision = "0011_who_rings"
branch_labels = None
depends_on = None

INDEX = "ix_booking_called_off"
# Of each session called off under an offer of another location: the last such offer, if it was not agreed to.
REFUSED = """
    UPDATE booking SET location_id = (
        SELECT offer.previous_location_id FROM offer
        WHERE offer.booking_id = booking.id ORDER BY offer.id DESC LIMIT 1
    )
    WHERE status = 'cancelled' AND EXISTS (
        SELECT 1 FROM offer WHERE offer.booking_id = booking.id AND offer.kind = 'location'
        AND offer.reason <> 'disputed' AND offer.outcome IN ('declined', 'expired', 'cancelled')
        AND offer.id = (SELECT max(last.id) FROM offer AS last WHERE last.booking_id = booking.id)
    )
"""


def upgrade() -> None:
    op.add_column("booking", sa.Column("called_off_at", UTCDateTime()))
    known = sa.text("called_off_at IS NOT NULL")
    op.create_index(INDEX, "booking", ["therapist_id", "called_off_at"], sqlite_where=known, postgresql_where=known)
    op.execute(REFUSED)


def downgrade() -> None:
    # What was released before could not send these.
    op.execute("DELETE FROM message WHERE name IN ('kept_as_it_was', 'client_kept')")
    op.drop_index(INDEX, "booking")
    op.execute("ALTER TABLE booking DROP COLUMN called_off_at")
