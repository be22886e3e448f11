"""An interval from the therapist's external calendar."""

from sqlalchemy import exists, select

from app.database import Model, db
from app.scheduling.dated import DatedSpan
from app.scheduling.spans import Span


class BusyTime(DatedSpan, Model):
    """Time that the therapist's other calendar says is taken; it closes time here and says no more than that."""

    __tablename__ = "busy_time"

    @classmethod
    def touches(cls, therapist_id: int, span: Span) -> bool:
        """Whether the therapist is busy elsewhere at some time of the span."""
        return bool(db.session.scalar(select(exists().where(*cls.meets(therapist_id, span)))))
