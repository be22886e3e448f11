"""An interval from the therapist's external calendar."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UTCDateTime, db
from app.scheduling.spans import Span


class BusyTime(Model):
    """Time that the therapist's other calendar says is taken; it closes time here and says no more than that."""

    __tablename__ = "busy_time"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_busy_time_therapist_span", "therapist_id", "ends_at", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def touches(cls, therapist_id: int, span: Span) -> bool:
        """Whether the therapist is busy elsewhere at some time of the span."""
        mine = (cls.therapist_id == therapist_id, cls.ends_at > span[0], cls.starts_at < span[1])
        return bool(db.session.scalar(select(exists().where(*mine))))
