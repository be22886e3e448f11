"""The client's request for a session."""

import secrets

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from app.cleaning import MOST_WORDS, TOO_MANY_WORDS, several_lines
from app.forms.contact import NUMBER, Deliverable, email_address, no_address, person_name, phone_number


class RequestForm(FlaskForm):
    once = HiddenField(default=lambda: secrets.token_urlsafe(16), validators=[Optional(), Length(min=16, max=64)])
    name = StringField(
        lazy_gettext("Your name"),
        filters=[person_name],
        validators=[
            DataRequired(lazy_gettext("Please tell us your name.")),
            Length(max=120, message=lazy_gettext("Please shorten your name to %(max)s characters.")),
            no_address,
        ],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        lazy_gettext("E-mail"),
        filters=[email_address],
        validators=[
            DataRequired(lazy_gettext("Please give an e-mail address: the answer is sent there.")),
            Length(max=254, message=lazy_gettext("This e-mail address is too long.")),
            Deliverable(lazy_gettext("This does not look like an e-mail address. Please check it.")),
        ],
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(
        lazy_gettext("Phone"),
        filters=[phone_number],
        validators=[
            Optional(),
            Length(max=40, message=lazy_gettext("Please shorten the phone number to %(max)s characters.")),
            Regexp(
                f"^{NUMBER.pattern}$",
                message=lazy_gettext(
                    "Please give the whole number, with digits, spaces and + ( ) . - only, or leave it empty."
                ),
            ),
        ],
        render_kw={"autocomplete": "tel"},
    )
    words = TextAreaField(
        lazy_gettext("Message"),
        filters=[several_lines],
        validators=[Length(max=MOST_WORDS, message=TOO_MANY_WORDS)],
    )

    def need_number(self, therapist: str) -> None:
        """Require the phone number: the therapist rings the client on it."""
        missing = _("Please give a phone number: %(therapist)s rings you on it.", therapist=therapist)
        kept = [one for one in self.phone.validators if not isinstance(one, Optional)]
        self.phone.validators = [DataRequired(missing), *kept]
