"""The client's request for a session."""

import secrets

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Email, Length, Optional, Regexp

from app.forms.cleaning import MOST_WORDS, TOO_MANY_WORDS, address, one_line, several_lines


class RequestForm(FlaskForm):
    once = HiddenField(default=lambda: secrets.token_urlsafe(16), validators=[Optional(), Length(min=16, max=64)])
    name = StringField(
        "Your name",
        filters=[one_line],
        validators=[
            DataRequired("Please tell us your name."),
            Length(max=120, message="Please shorten your name to 120 characters."),
        ],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        "E-mail",
        filters=[address],
        validators=[
            DataRequired("Please give an e-mail address: the answer is sent there."),
            Length(max=254, message="This e-mail address is too long."),
            Email("This does not look like an e-mail address. Please check it."),
        ],
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(
        "Phone",
        filters=[one_line],
        validators=[
            Optional(),
            Length(max=40, message="Please shorten the phone number to 40 characters."),
            Regexp(
                r"^[+()\d][\d\s()./+-]*$",
                message="Please use digits, spaces and + ( ) . - only, or leave it empty.",
            ),
        ],
        render_kw={"autocomplete": "tel"},
    )
    words = TextAreaField(
        "A few words",
        filters=[several_lines],
        validators=[Length(max=MOST_WORDS, message=TOO_MANY_WORDS)],
    )
