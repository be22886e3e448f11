"""The client's phone number, as it is asked for when their therapist is to ring them and nobody knows it."""

from typing import NamedTuple

from flask import request

from app.booking.booking import Booking
from app.forms.contact import number_typed
from app.practice.location import Location
from app.refusals import NumberNeeded

TYPE_IT = "Type your client's phone number: you ring them for this session."


class ClientNumber(NamedTuple):
    """What was typed, and what is wrong with it."""

    text: str = ""
    error: str | None = None

    @classmethod
    def read(cls) -> "ClientNumber":
        """Read the number from the form without judging it."""
        return cls(number_typed(request.form.get("phone"))[0])

    @classmethod
    def typed(cls, booking: Booking, location: Location, needed: str | None = None) -> "ClientNumber":
        """Read and judge the number for a session at this location; `needed` says that there must be one."""
        text, problem = number_typed(request.form.get("phone"))
        if not location.rings_client or booking.client.phone:
            return cls(text)
        return cls(text, problem or (None if text else needed or NumberNeeded().sentence))


NO_NUMBER = ClientNumber()
