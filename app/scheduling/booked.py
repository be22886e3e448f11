"""A booked session as scheduling knows it: bookings themselves belong to the package above."""

from typing import Any, Protocol

from app.scheduling.spans import Span


class Booked(Protocol):
    id: Any
    therapist_id: Any

    @property
    def span(self) -> Span: ...
