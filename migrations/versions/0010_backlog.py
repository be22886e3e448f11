"""What waits is found without walking all that waits: mails in their lines, and requests that nobody answered."""

import sqlalchemy as sa
from alembic import op

revision = "0010_backlog"
down_revision = "0009_proven_addresses"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_message_waiting", "message", ["channel", "next_attempt_at", "id"], "status = 'waiting'"),
    ("ix_message_line", "message", ["booking_id", "recipient", "channel", "id"], "status IN ('waiting', 'sending')"),
    ("ix_message_useful", "message", ["status", "useful_until"], "useful_until IS NOT NULL"),
    ("ix_booking_unanswered", "booking", ["status", "unanswered_since"], "status = 'requested'"),
    ("ix_offer_overdue", "offer", ["expires_at", "id"], "outcome IS NULL"),
)


def upgrade() -> None:
    for name, table, columns, which in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    op.drop_index("ix_offer_open_deadline", "offer")


def downgrade() -> None:
    op.create_index("ix_offer_open_deadline", "offer", ["outcome", "expires_at"])
    for name, table, _columns, _which in PARTIAL:
        op.drop_index(name, table)
