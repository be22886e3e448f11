"""What holds, busy times, time off and extra time have in common: a therapist, a beginning and an end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.database import UTCDateTime, db
from app.scheduling.spans import Span


class DatedSpan:
    """Columns and questions of a table whose rows are spans in one therapist's diary; read by therapist and span."""

    __tablename__: str

    id: Mapped[int] = mapped_column(primary_key=True)
    therapist_id: Mapped[int] = mapped_column(ForeignKey("therapist.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return (
            CheckConstraint("starts_at < ends_at", name="span"),
            Index(f"ix_{cls.__tablename__}_therapist_span", "therapist_id", "ends_at", "starts_at"),
        )

    @classmethod
    def meets(cls, therapist_id: int, span: Span) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions for rows that share some time with the span; touching is not sharing."""
        return cls.therapist_id == therapist_id, cls.ends_at > span[0], cls.starts_at < span[1]

    @classmethod
    def between(cls, therapist_id: int, span: Span) -> Sequence[Self]:
        """The rows that share some time with the span, earliest first."""
        query = select(cls).where(*cls.meets(therapist_id, span))
        return db.session.scalars(query.order_by(cls.starts_at, cls.id)).all()

    @property
    def span(self) -> Span:
        return self.starts_at, self.ends_at
