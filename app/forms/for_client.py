"""The therapist books a session for a client, or blocks the time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import request
from wtforms import EmailField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from app import clock
from app.booking.requesting import Asker
from app.forms.client_number import TYPE_IT
from app.forms.contact import Deliverable, email_address, no_address, person_name
from app.forms.known_clients import newest_clients, told_apart
from app.forms.new_time import NewTime
from app.forms.request import RequestForm
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist

BLOCKED_FOR = timedelta(hours=1)  # unless another end is chosen


class Wanted(NamedTuple):
    """What the form asks book_for_client for."""

    therapist: Therapist
    session_type: SessionType
    location: Location
    starts_at: datetime
    client: Asker
    words: str


class PersonForm(RequestForm):
    """Who the session is for: one of the therapist's newest clients, or somebody new."""

    client = SelectField("Client", validate_choice=False)
    name = StringField(
        "Client's name",
        filters=[person_name],
        validators=[
            DataRequired("Please give your client's name."),
            Length(max=120, message="Please shorten the name to 120 characters."),
            no_address,
        ],
    )
    email = EmailField(
        "E-mail",
        filters=[email_address],
        validators=[
            DataRequired("Please give an e-mail address: the confirmation is sent there."),
            Length(max=254, message="This e-mail address is too long."),
            Deliverable("This does not look like an e-mail address. Please check it."),
        ],
    )

    number_needed = False

    def need_number_typed(self) -> None:
        """Require a phone number, also of a known client: the therapist rings them on it."""
        self.phone.validators = [DataRequired(TYPE_IT), *self.phone.validators[1:]]
        self.number_needed = True

    @property
    def number_typed(self) -> str:
        return self.phone.data or "" if self.number_needed else ""

    def validate(self, extra_validators: object = None) -> bool:
        if self.client.data:  # what stands in the fields for somebody new does not count then
            for each in (self.name, self.email, *(() if self.number_needed else (self.phone,))):
                each.validators = []
        return bool(super().validate(extra_validators))


class ForClient:
    """The form as it is shown: what was typed, and what is wrong with it."""

    def __init__(self, therapist: Therapist, when: NewTime, session_type: str) -> None:
        self.therapist, self.when = therapist, when
        self.session_types = [one for one in therapist.session_types if one.active]
        self.session_type = next((one for one in self.session_types if str(one.id) == session_type), None)
        self.clients = newest_clients(therapist)
        self.person = PersonForm()
        self.person.client.choices = [("", "Somebody new"), *told_apart(self.clients)]
        self.problem: str | None = None

    @classmethod
    def at_time(cls, therapist: Therapist) -> "ForClient":
        """Return the form as it is opened, at the time in the address."""
        local = _wall(request.args.get("start")) or _next_hour(therapist)
        location = next((str(one.id) for one in therapist.active_locations), "")
        session_type = next((str(one.id) for one in therapist.session_types if one.active), "")
        return cls(therapist, NewTime(0, f"{local:%Y-%m-%d}", f"{local:%H:%M}", location), session_type)

    @classmethod
    def typed(cls, therapist: Therapist) -> "ForClient":
        return cls(therapist, NewTime.typed(request.form), request.form.get("type", ""))

    def wanted(self) -> Wanted | None:
        """Return what can be booked, or None when something must be looked at first: fields and `problem` say what."""
        terms = self.when.chosen(self.therapist)
        client = self._client(terms.location if terms else None)
        if self.session_type is None:
            self.problem = "Choose what kind of session it is."
        if client is None or terms is None or self.session_type is None:
            self.problem = self.problem or "Please look at the marked fields. Nothing was booked yet."
            return None
        self.when.warn_outside(self.therapist, terms, self.session_type.length)
        if self.when.warning and request.form.get("warned") != self.when.warned_of:
            self.problem = f"{self.when.warning} Press Book session again if this is what you want."
            return None
        return Wanted(
            self.therapist, self.session_type, terms.location, terms.starts_at, client, self.person.words.data or ""
        )

    @property
    def starts(self) -> datetime | None:
        """The start on the therapist's clocks, as far as it can be read."""
        return _wall(f"{self.when.date}T{self.when.time}")

    @property
    def blocked_until(self) -> datetime | None:
        return self.starts + BLOCKED_FOR if self.starts else None

    def _client(self, location: Location | None) -> Asker | None:
        known = next((one for one in self.clients if str(one.id) == self.person.client.data), None)
        if location and location.rings_client and not (known and known.phone):
            self.person.need_number_typed()
        if not self.person.validate_on_submit():
            return None
        once = self.person.once.data or ""
        if not self.person.client.data:
            name, email, phone = self.person.name.data, self.person.email.data, self.person.phone.data
            return Asker(name, email, phone or "", self.therapist.zone, address="", once=once)
        if known is None:
            self.problem = "Choose one of your clients, or type who it is."
            return None
        details = known.name, known.email, known.phone or self.person.number_typed, known.zone
        return Asker(*details, address="", once=once, language=known.language)


def _wall(text: str | None) -> datetime | None:
    """A wall-clock time as an address tells it: 2026-11-24T10:00."""
    try:
        wall = datetime.strptime((text or "")[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError:
        return None
    return wall if 1970 <= wall.year <= 9000 else None


def _next_hour(therapist: Therapist) -> datetime:
    return clock.now().astimezone(therapist.tz).replace(minute=0, tzinfo=None) + timedelta(hours=1)
