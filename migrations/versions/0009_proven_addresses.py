"""Requests whose address is to be proven first, and links that tell whether they came by mail."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0009_proven_addresses"
down_revision = "0008_one_written"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("prove_by", UTCDateTime()))
    op.add_column("booking", sa.Column("address_proven_at", UTCDateTime()))
    op.create_index("ix_booking_prove_by", "booking", ["prove_by"])
    op.add_column("personal_link", sa.Column("shown_hash", sa.String(64)))
    op.create_index("ix_personal_link_shown_hash", "personal_link", ["shown_hash"], unique=True)


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE name = 'confirm_address'")  # what was released before could not send it
    op.drop_index("ix_personal_link_shown_hash", "personal_link")
    op.execute("ALTER TABLE personal_link DROP COLUMN shown_hash")
    op.drop_index("ix_booking_prove_by", "booking")
    op.execute("ALTER TABLE booking DROP COLUMN address_proven_at")
    op.execute("ALTER TABLE booking DROP COLUMN prove_by")
