"""Signing in."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from app.forms.contact import email_address


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail",
        filters=[email_address],
        validators=[
            InputRequired("Please give your e-mail address."),
            Length(max=254, message="This is too long."),
        ],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        "Password",
        validators=[
            InputRequired("Please give your password."),
            Length(max=200, message="This is too long."),
        ],
        render_kw={"autocomplete": "current-password"},
    )
