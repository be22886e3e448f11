"""The booking desk: people, working times, bookings, offers, holds, history and outbox."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0001_booking_desk"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    if op.get_bind().dialect.name == "postgresql":
        refuse_overlaps_on_postgresql()
        keep_history_on_postgresql()
    else:
        refuse_overlaps_on_sqlite()
        keep_history_on_sqlite()


def refuse_overlaps_on_postgresql() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(
        "ALTER TABLE hold ADD CONSTRAINT hold_no_overlap EXCLUDE USING gist "
        "(therapist_id WITH =, tstzrange(starts_at, ends_at) WITH &&)"
    )


def refuse_overlaps_on_sqlite() -> None:
    # Writers take turns on SQLite, so looking before each row is as good as a constraint.
    for change in ("INSERT ON hold", "UPDATE OF therapist_id, starts_at, ends_at ON hold"):
        op.execute(
            f"CREATE TRIGGER hold_no_overlap_{change.split()[0].lower()} BEFORE {change} "
            "WHEN EXISTS (SELECT 1 FROM hold WHERE therapist_id = NEW.therapist_id AND id IS NOT NEW.id "
            "AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at) "
            "BEGIN SELECT RAISE(ABORT, 'hold_no_overlap'); END"
        )


def keep_history_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_to_change_history() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'activity rows are never changed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER activity_is_kept BEFORE UPDATE OR DELETE ON activity "
        "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_history()"
    )


def keep_history_on_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER activity_is_kept_{change.lower()} BEFORE {change} ON activity "
            "BEGIN SELECT RAISE(ABORT, 'activity rows are never changed'); END"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_history()")


TABLES = (
    "lease",
    "sign_in_attempt",
    "user",
    "sign_in",
    "therapist",
    "blocked_sender",
    "client",
    "location",
    "session_type",
    "working_time",
    "booking",
    "working_time_location",
    "message",
    "offer",
    "time_off",
    "activity",
    "alternative",
    "hold",
    "personal_link",
)


def create_tables() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_key", "sign_in_attempt", ["key"], unique=False)
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_sign_in_user_id_user"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_token_hash"),
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"], unique=False)
    op.create_table(
        "therapist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("practice", sa.String(length=120), nullable=False),
        sa.Column("headline", sa.String(length=200), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minimum_notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_therapist_user_id_user"),
        sa.PrimaryKeyConstraint("id", name="pk_therapist"),
        sa.UniqueConstraint("slug", name="uq_therapist_slug"),
        sa.UniqueConstraint("user_id", name="uq_therapist_user_id"),
    )
    op.create_table(
        "blocked_sender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("blocked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_blocked_sender_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_blocked_sender"),
        sa.UniqueConstraint("therapist_id", "email", name="uq_blocked_sender_therapist_id"),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_client_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_client"),
    )
    op.create_index("ix_client_email", "client", ["email"], unique=False)
    op.create_index("ix_client_therapist_email", "client", ["therapist_id", "email"], unique=False)
    op.create_table(
        "location",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind in ('in_person', 'video', 'phone')", name="ck_location_kind"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_location_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_location"),
    )
    op.create_index("ix_location_therapist_id", "location", ["therapist_id"], unique=False)
    op.create_table(
        "session_type",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("gap_minutes", sa.Integer(), nullable=False),
        sa.Column("grid_minutes", sa.Integer(), nullable=False),
        sa.Column("price_cents", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("gap_minutes between 0 and 240", name="ck_session_type_gap"),
        sa.CheckConstraint("grid_minutes between 5 and 240", name="ck_session_type_grid"),
        sa.CheckConstraint("minutes between 5 and 720", name="ck_session_type_minutes"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_session_type_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_session_type"),
    )
    op.create_index("ix_session_type_therapist_id", "session_type", ["therapist_id"], unique=False)
    op.create_table(
        "working_time",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts_minute", sa.Integer(), nullable=False),
        sa.Column("ends_minute", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "0 <= starts_minute and starts_minute < ends_minute and ends_minute <= 1440",
            name="ck_working_time_span",
        ),
        sa.CheckConstraint("weekday between 0 and 6", name="ck_working_time_weekday"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_working_time_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_working_time"),
    )
    op.create_index("ix_working_time_therapist_id", "working_time", ["therapist_id"], unique=False)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=40), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.Integer(), nullable=False),
        sa.Column("session_type_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("unanswered_since", UTCDateTime(), nullable=False),
        sa.Column("asked_from", sa.String(length=64), nullable=False),
        sa.Column("asked_once", sa.String(length=64), nullable=True),
        sa.Column("asked_change", sa.String(length=10), nullable=True),
        sa.Column("calendar_sequence", sa.Integer(), nullable=True),
        sa.Column("cancelled_by", sa.String(length=20), nullable=True),
        sa.Column("cancelled_because", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "status in ('requested', 'confirmed', 'awaiting_client', 'cancelled', 'attended', 'no_show')",
            name="ck_booking_status",
        ),
        sa.CheckConstraint("starts_at < ends_at", name="ck_booking_span"),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name="fk_booking_client_id_client"),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name="fk_booking_location_id_location"),
        sa.ForeignKeyConstraint(
            ["session_type_id"], ["session_type.id"], name="fk_booking_session_type_id_session_type"
        ),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_booking_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_booking"),
        sa.UniqueConstraint("uid", name="uq_booking_uid"),
        sa.UniqueConstraint("asked_once", name="uq_booking_asked_once"),
    )
    op.create_index("ix_booking_asked_from", "booking", ["asked_from", "requested_at"], unique=False)
    op.create_index("ix_booking_client_id", "booking", ["client_id"], unique=False)
    op.create_index("ix_booking_status_start", "booking", ["status", "starts_at"], unique=False)
    op.create_index("ix_booking_therapist_start", "booking", ["therapist_id", "starts_at"], unique=False)
    op.create_table(
        "working_time_location",
        sa.Column("working_time_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name="fk_working_time_location_location_id_location",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["working_time_id"],
            ["working_time.id"],
            name="fk_working_time_location_working_time_id_working_time",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("working_time_id", "location_id", name="pk_working_time_location"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("recipient", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("wire_id", sa.String(length=80), nullable=False),
        sa.Column("once", sa.String(length=120), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("useful_until", UTCDateTime(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("recipient in ('client', 'therapist')", name="ck_message_recipient"),
        sa.CheckConstraint(
            "status in ('waiting', 'sending', 'sent', 'given_up', 'called_off')", name="ck_message_status"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_message_booking_id_booking"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("once", name="uq_message_once"),
        sa.UniqueConstraint("wire_id", name="uq_message_wire_id"),
    )
    op.create_index("ix_message_booking", "message", ["booking_id", "recipient", "id"], unique=False)
    op.create_index("ix_message_due", "message", ["status", "next_attempt_at"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("previous_status", sa.String(length=20), nullable=False),
        sa.Column("previous_location_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('times', 'location')", name="ck_offer_kind"),
        sa.CheckConstraint(
            "outcome in ('accepted', 'declined', 'expired', 'withdrawn', 'cancelled')",
            name="ck_offer_outcome",
        ),
        sa.CheckConstraint("reason in ('own', 'mistake', 'disputed')", name="ck_offer_reason"),
        sa.CheckConstraint("(outcome is null) = (ended_at is null)", name="ck_offer_ended"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_offer_booking_id_booking"),
        sa.ForeignKeyConstraint(
            ["previous_location_id"], ["location.id"], name="fk_offer_previous_location_id_location"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
    )
    op.create_index("ix_offer_booking_id", "offer", ["booking_id"], unique=False)
    op.create_index("ix_offer_open_deadline", "offer", ["outcome", "expires_at"], unique=False)
    op.create_index(
        "uq_offer_one_open",
        "offer",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "time_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_time_off_span"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_time_off_booking_id_booking"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_time_off_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_time_off"),
    )
    op.create_index("ix_time_off_booking_id", "time_off", ["booking_id"], unique=False)
    op.create_index("ix_time_off_therapist_span", "time_off", ["therapist_id", "ends_at", "starts_at"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=10), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("actor in ('client', 'therapist', 'operator', 'system')", name="ck_activity_actor"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_activity_booking_id_booking"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_activity_offer_id_offer"),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
    )
    op.create_index("ix_activity_booking_id", "activity", ["booking_id"], unique=False)
    op.create_index("ix_activity_verb", "activity", ["verb"], unique=False)
    op.create_table(
        "alternative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_alternative_span"),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"], name="fk_alternative_location_id_location"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_alternative_offer_id_offer"),
        sa.PrimaryKeyConstraint("id", name="pk_alternative"),
    )
    op.create_index("ix_alternative_offer_id", "alternative", ["offer_id"], unique=False)
    op.create_index(
        "uq_alternative_one_accepted",
        "alternative",
        ["offer_id"],
        unique=True,
        sqlite_where=sa.text("accepted"),
        postgresql_where=sa.text("accepted"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("therapist_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="ck_hold_span"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_hold_booking_id_booking"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_hold_offer_id_offer"),
        sa.ForeignKeyConstraint(["therapist_id"], ["therapist.id"], name="fk_hold_therapist_id_therapist"),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
    )
    op.create_index("ix_hold_booking_id", "hold", ["booking_id"], unique=False)
    op.create_index("ix_hold_offer_id", "hold", ["offer_id"], unique=False)
    op.create_index("ix_hold_therapist_span", "hold", ["therapist_id", "ends_at", "starts_at"], unique=False)
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("purpose in ('session', 'offer')", name="ck_personal_link_purpose"),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_personal_link_booking_id_booking"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name="fk_personal_link_offer_id_offer"),
        sa.PrimaryKeyConstraint("id", name="pk_personal_link"),
        sa.UniqueConstraint("token_hash", name="uq_personal_link_token_hash"),
    )
    op.create_index("ix_personal_link_booking_id", "personal_link", ["booking_id"], unique=False)
    op.create_index("ix_personal_link_offer_id", "personal_link", ["offer_id"], unique=False)
