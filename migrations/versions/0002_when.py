"""When: extra time, busy times, notice by day, gaps on either side, sick days, and the days open to the directory."""

import sqlalchemy as sa
from alembic import op

from app.database import UTCDateTime

revision = "0002_when"
down_revision = "0001_booking_desk"
branch_labels = None
depends_on = None

# Columns are added in plain SQL: it takes a constraint with them on both engines, and rebuilds no table on SQLite.
ADDED = (
    ("therapist", "next_day_before_minute", "INTEGER"),
    ("therapist", "revision", "INTEGER NOT NULL DEFAULT 0"),
    ("therapist", "openings_due_at", "{moment}"),
    (
        "session_type",
        "gap_after_minutes",
        "INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_session_type_gap_after CHECK (gap_after_minutes BETWEEN 0 AND 240)",
    ),
    (
        "session_type",
        "kind",
        "VARCHAR(20) NOT NULL DEFAULT 'individual' CONSTRAINT ck_session_type_kind "
        "CHECK (kind IN ('first_talk', 'individual', 'couples', 'family', 'group'))",
    ),
    ("offer", "sick_day_id", "INTEGER CONSTRAINT fk_offer_sick_day_id_sick_day REFERENCES sick_day (id)"),
    ("time_off", "sick_day_id", "INTEGER CONSTRAINT fk_time_off_sick_day_id_sick_day REFERENCES sick_day (id)"),
)


def upgrade() -> None:
    create_spans()
    create_sick_days()
    create_open_days()
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    for table, column, kind in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind.format(moment=moment)}")
    op.execute("ALTER TABLE session_type RENAME COLUMN gap_minutes TO gap_before_minutes")
    op.execute("UPDATE session_type SET gap_after_minutes = gap_before_minutes")
    # Everybody's free days are worked out by the first sweep.
    op.execute("UPDATE therapist SET openings_due_at = CURRENT_TIMESTAMP")
    op.create_index("ix_therapist_openings_due", "therapist", ["openings_due_at"])
    op.create_index("ix_therapist_listed_name", "therapist", ["listed", "name", "id"])
    op.create_index("ix_offer_sick_day_id", "offer", ["sick_day_id"])
    op.create_index("ix_time_off_sick_day_id", "time_off", ["sick_day_id"])


def downgrade() -> None:
    op.drop_index("ix_time_off_sick_day_id", "time_off")
    op.drop_index("ix_offer_sick_day_id", "offer")
    op.drop_index("ix_therapist_listed_name", "therapist")
    op.drop_index("ix_therapist_openings_due", "therapist")
    op.execute("ALTER TABLE session_type RENAME COLUMN gap_before_minutes TO gap_minutes")
    for table, column, _ in ADDED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("open_day", "sick_day", "busy_time", "extra_time_location", "extra_time"):
        op.drop_table(table)


def create_spans() -> None:
    """Extra time and busy times, both read by therapist and span."""
    op.create_table(
        "extra_time",
        *_span_columns(),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_extra_time_span")),
    )
    op.create_table(
        "extra_time_location",
        sa.Column("extra_time_id", sa.Integer(), sa.ForeignKey("extra_time.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("location_id", sa.Integer(), sa.ForeignKey("location.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_table(
        "busy_time",
        *_span_columns(),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_busy_time_span")),
    )
    for table in ("extra_time", "busy_time"):
        op.create_index(f"ix_{table}_therapist_span", table, ["therapist_id", "ends_at", "starts_at"])


def _span_columns() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("therapist_id", sa.Integer(), sa.ForeignKey("therapist.id"), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
    ]


def create_sick_days() -> None:
    op.create_table(
        "sick_day",
        *_span_columns(),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime()),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_sick_day_span")),
    )
    op.create_index("ix_sick_day_therapist", "sick_day", ["therapist_id", "made_at"])


def create_open_days() -> None:
    def key(name: str, other: str) -> sa.Column:
        return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{other}.id", ondelete="CASCADE"), nullable=False)

    op.create_table(
        "open_day",
        sa.Column("id", sa.Integer(), primary_key=True),
        key("therapist_id", "therapist"),
        key("session_type_id", "session_type"),
        key("location_id", "location"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("session_kind", sa.String(20), nullable=False),
        sa.Column("location_kind", sa.String(20), nullable=False),
        sa.Column("first_start", UTCDateTime(), nullable=False),
        sa.Column("first_bookable_until", UTCDateTime(), nullable=False),
        sa.Column("bookable_until", UTCDateTime(), nullable=False),
        sa.Column("starts", sa.JSON(), nullable=False),
        sa.UniqueConstraint(
            "therapist_id", "day", "session_type_id", "location_id", name=op.f("uq_open_day_therapist_id")
        ),
    )
    for name, columns in (
        ("next", ["therapist_id", "first_start", "session_type_id", "location_id"]),
        ("soonest", ["first_start", "therapist_id"]),
        ("passing", ["first_bookable_until"]),
        ("soonest_of_kind", ["session_kind", "first_start", "therapist_id", "location_kind"]),
    ):
        op.create_index(f"ix_open_day_{name}", "open_day", columns)
