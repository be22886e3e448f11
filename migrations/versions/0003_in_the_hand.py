"""In the hand: what changed since a page was shown, languages, push, and answers kept while offline."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0003_in_the_hand"
down_revision = "0002_when"
branch_labels = None
depends_on = None

# Columns are added in plain SQL: it takes a constraint with them on both engines, and rebuilds no table on SQLite.
ADDED = (
    ("therapist", "diary_revision", "INTEGER NOT NULL DEFAULT 0"),
    ("booking", "revision", "INTEGER NOT NULL DEFAULT 0"),
    ("client", "language", "VARCHAR(5) NOT NULL DEFAULT 'en'"),
    (
        "message",
        "subscription_id",
        "INTEGER CONSTRAINT fk_message_subscription_id_push_subscription "
        "REFERENCES push_subscription (id) ON DELETE SET NULL",
    ),
)


def upgrade() -> None:
    create_push_subscriptions()
    create_kept_answers()
    for table, column, kind in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.create_index("ix_message_subscription_id", "message", ["subscription_id"])
    op.create_index("ix_activity_at", "activity", ["at"])


def downgrade() -> None:
    # The release before knows mails only: it would try to send pushes as such, and has no words for them in a history.
    op.execute("DELETE FROM message WHERE channel = 'push'")
    op.drop_index("ix_activity_at", "activity")
    op.drop_index("ix_message_subscription_id", "message")
    for table, column, _ in ADDED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    op.drop_table("kept_answer")
    op.drop_table("push_subscription")


def create_push_subscriptions() -> None:
    """Browsers in which a therapist wants to be told."""
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("sign_in_id", sa.Integer(), sa.ForeignKey("sign_in.id"), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("endpoint_hash", sa.String(64), nullable=False),
        sa.Column("p256dh", sa.String(200), nullable=False),
        sa.Column("auth", sa.String(100), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    op.create_index("ix_push_subscription_user_id", "push_subscription", ["user_id"])
    op.create_index("ix_push_subscription_sign_in_id", "push_subscription", ["sign_in_id"])


def create_kept_answers() -> None:
    """What a therapist answered while offline, once for each press however often it is sent."""
    op.create_table(
        "kept_answer",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("user.id"), nullable=False),
        sa.Column("booking_id", sa.Integer(), sa.ForeignKey("booking.id"), nullable=False),
        sa.Column("came_at", UTCDateTime(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_kept_answer_user_id")),
    )
    op.create_index("ix_kept_answer_booking_id", "kept_answer", ["booking_id"])
