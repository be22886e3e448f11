"""What people tell of themselves: how each form that asks for a name, an e-mail address or a phone number reads it."""

import re
import unicodedata

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field
from wtforms.validators import Email, ValidationError

from app.cleaning import one_line
from app.practice.names import holds_address

# They take room and show nothing: the fillers of Hangul, which are letters to Unicode, the empty sign of Braille, the
# null note of music, and the place of an object that is not there.
BLANKS = dict.fromkeys([0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0, 0xFFFC, 0x1D159], " ")
NUMBER = re.compile(r"(?=(?:\D*\d){5})[+()\d][\d\s()./+-]*")  # five digits at least: shorter ones ring nobody
MOST_DIGITS = 40
NO_ADDRESS = lazy_gettext("Please give a name only, without a web or e-mail address.")


def person_name(text: str | None) -> str:
    """A name as typed, in one line; empty when nothing in it can be seen."""
    return one_line((text or "").translate(BLANKS))


def phone_number(text: str | None) -> str:
    """A phone number without what phones and address books add unseen: marks of direction, dashes of other kinds."""
    plain = unicodedata.normalize("NFKC", one_line(text))
    return " ".join("".join(map(_plain, plain)).split())


def number_typed(text: str | None) -> tuple[str, str | None]:
    """A phone number as typed into a plain form, and what is wrong with it, if anything."""
    number = phone_number(text)
    if len(number) > MOST_DIGITS:
        return number[: 2 * MOST_DIGITS], _("Please shorten the phone number to %(max)s characters.", max=MOST_DIGITS)
    wrong = number and not NUMBER.fullmatch(number)
    return number, _("Please give the whole number: digits, spaces and + ( ) . - only.") if wrong else None


def email_address(text: str | None) -> str:
    """An address as it is stored and compared: one line, lower case, without unseen marks."""
    return "".join(letter for letter in one_line(text) if unicodedata.category(letter) != "Cf").lower()


def no_address(_form: object, field: Field) -> None:
    """Refuse a name that is an address: whoever is greeted with it in a mail might follow it."""
    if holds_address(field.data or ""):
        raise ValidationError(str(NO_ADDRESS))


class Deliverable(Email):
    """An e-mail address to which every mail server can send: only newer ones know more letters before the @."""

    def __call__(self, form: object, field: Field) -> None:
        super().__call__(form, field)
        local = field.data.rpartition("@")[0]
        if odd := next((letter for letter in local if not letter.isascii()), None):
            raise ValidationError(
                _("We cannot send mail to an address with “%(letter)s” before the @. Please use another.", letter=odd)
            )


def _plain(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Nd":
        return str(unicodedata.digit(letter))
    if category == "Pd" or letter == "\N{MINUS SIGN}":
        return "-"
    return "" if category == "Cf" else letter
