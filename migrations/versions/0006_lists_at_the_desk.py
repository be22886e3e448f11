"""An index through which Today and Sessions read only what they show."""

from alembic import op

revision = "0006_lists_at_the_desk"
down_revision = "0005_told_of_calendars"
branch_labels = None
depends_on = None

INDEX = "ix_booking_therapist_status_start"


def upgrade() -> None:
    op.create_index(INDEX, "booking", ["therapist_id", "status", "starts_at"])


def downgrade() -> None:
    op.drop_index(INDEX, "booking")
