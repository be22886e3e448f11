"""Calendars outside: what closes time here, what of ours stands there; secrets in the database are sealed."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0004_calendars_outside"
down_revision = "0003_in_the_hand"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_connections()
    create_calendars()
    create_channels()
    create_entries()
    create_feeds()
    create_clashes()
    # In plain SQL: it takes a constraint with the column on both engines, and rebuilds no table on SQLite.
    op.execute(
        "ALTER TABLE busy_time ADD COLUMN calendar_id INTEGER CONSTRAINT fk_busy_time_calendar_id_outside_calendar "
        "REFERENCES outside_calendar (id) ON DELETE CASCADE"
    )
    op.execute("ALTER TABLE busy_time ADD COLUMN external_id VARCHAR(1200)")
    op.create_index("uq_busy_time_external", "busy_time", ["calendar_id", "external_id"], unique=True)
    make_room_for_seals()


def downgrade() -> None:
    # The keys of push subscriptions keep their room: what lies sealed there would not fit into less.
    # What was released before can neither send nor name these.
    op.execute("DELETE FROM message WHERE name IN ('calendar_broken', 'clash_found')")
    op.drop_index("uq_busy_time_external", "busy_time")
    op.execute("ALTER TABLE busy_time DROP COLUMN external_id")
    op.execute("ALTER TABLE busy_time DROP COLUMN calendar_id")
    for table in ("acceptance_check", "settled_clash"):
        op.drop_table(table)
    for table in ("feed_address", "calendar_entry", "watch_channel", "outside_calendar", "calendar_connection"):
        op.drop_table(table)


def create_connections() -> None:
    """A therapist's consents to read a calendar elsewhere."""
    op.create_table(
        "calendar_connection",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("therapist_id", sa.Integer(), sa.ForeignKey("therapist.id"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("refresh_token", sa.Text()),
        sa.Column("access_token", sa.Text()),
        sa.Column("access_until", UTCDateTime()),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("failing_since", UTCDateTime()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime()),
        sa.CheckConstraint("kind in ('google', 'address')", name=op.f("ck_calendar_connection_kind")),
        sa.CheckConstraint("state in ('working', 'broken')", name=op.f("ck_calendar_connection_state")),
    )
    op.create_index("ix_calendar_connection_therapist", "calendar_connection", ["therapist_id"])


def create_calendars() -> None:
    """The calendars of each, and how far they have been read."""
    op.create_table(
        "outside_calendar",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "connection_id", sa.Integer(), sa.ForeignKey("calendar_connection.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("external_id", sa.String(1024), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("can_write", sa.Boolean(), nullable=False),
        sa.Column("is_read", sa.Boolean(), nullable=False),
        sa.Column("is_written", sa.Boolean(), nullable=False),
        sa.Column("sync_token", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("read_until", UTCDateTime()),
        sa.Column("full_sync_at", UTCDateTime()),
        sa.Column("last_sync_at", UTCDateTime()),
        sa.Column("next_sync_at", UTCDateTime()),
        sa.Column("lease_until", UTCDateTime()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("written_revision", sa.Integer()),
        sa.Column("next_write_at", UTCDateTime()),
        sa.Column("write_lease_until", UTCDateTime()),
        sa.Column("write_attempts", sa.Integer(), nullable=False),
        sa.Column("write_error", sa.Text()),
        sa.UniqueConstraint("connection_id", "external_id", name=op.f("uq_outside_calendar_connection_id")),
    )
    op.create_index("ix_outside_calendar_due", "outside_calendar", ["next_sync_at"])


def create_channels() -> None:
    """Where Google tells of changes."""
    op.create_table(
        "watch_channel",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "calendar_id", sa.Integer(), sa.ForeignKey("outside_calendar.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("channel_id", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(200)),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("channel_id", name=op.f("uq_watch_channel_channel_id")),
    )
    op.create_index("ix_watch_channel_calendar", "watch_channel", ["calendar_id"])


def create_entries() -> None:
    """What of ours stands in calendars elsewhere."""
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "calendar_id", sa.Integer(), sa.ForeignKey("outside_calendar.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("booking_id", sa.Integer(), sa.ForeignKey("booking.id", ondelete="SET NULL")),
        sa.Column("alternative_id", sa.Integer(), sa.ForeignKey("alternative.id", ondelete="SET NULL")),
        sa.Column("entry_id", sa.String(64), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("written", sa.Text()),
        sa.Column("sending", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("seen_etag", sa.Text()),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("edited_at", UTCDateTime()),
        sa.Column("edited_starts_at", UTCDateTime()),
        sa.Column("edited_ends_at", UTCDateTime()),
        sa.CheckConstraint(
            "state in ('writing', 'written', 'edited', 'removing')", name=op.f("ck_calendar_entry_state")
        ),
        sa.UniqueConstraint("calendar_id", "entry_id", name=op.f("uq_calendar_entry_calendar_id")),
    )
    op.create_index("ix_calendar_entry_booking", "calendar_entry", ["booking_id"])
    op.create_index("ix_calendar_entry_alternative", "calendar_entry", ["alternative_id"])
    op.create_index("ix_calendar_entry_ends", "calendar_entry", ["calendar_id", "ends_at"])


def create_feeds() -> None:
    """Where therapists' other calendars read their sessions here."""
    op.create_table(
        "feed_address",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("therapist_id", sa.Integer(), sa.ForeignKey("therapist.id"), nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("therapist_id", name=op.f("uq_feed_address_therapist_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_address_token_hash")),
    )


def create_clashes() -> None:
    """Which busy times a therapist has decided about, and which acceptances are still to be looked up."""
    op.create_table(
        "settled_clash",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("booking_id", sa.Integer(), sa.ForeignKey("booking.id"), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.UniqueConstraint("booking_id", "starts_at", "ends_at", name=op.f("uq_settled_clash_booking_id")),
    )
    op.create_table(
        "acceptance_check",
        sa.Column("booking_id", sa.Integer(), sa.ForeignKey("booking.id"), primary_key=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("next_try_at", UTCDateTime(), nullable=False),
    )


def make_room_for_seals() -> None:
    """The keys of push subscriptions are sealed from now on, which makes them longer. SQLite minds no lengths, and is
    spared a table that is built anew."""
    if op.get_bind().dialect.name == "postgresql":
        for name in ("p256dh", "auth"):
            op.alter_column("push_subscription", name, type_=sa.Text())
