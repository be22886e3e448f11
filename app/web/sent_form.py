"""The form that is being answered: its number with everything in it, by which it is known when it comes again."""

from flask import Flask, request
from flask_login import current_user

from app.made_once import key_of, new_number

APART = ("csrf_token", "once")  # a form's token looks different in every answer


def init_app(app: Flask) -> None:
    app.add_template_global(new_number, "new_form_number")


def sent_key() -> str | None:
    """The idempotency key of a therapist's form; None when it carries no number."""
    contents = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in APART)
    return key_of(request.form.get("once"), current_user.therapist.id, request.path, contents)
