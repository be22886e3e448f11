"""Mails: a message's facts poured into its template folder, as text and HTML, with its calendar entry.

Everything comes from the facts kept with the message, so that a mail delivered late still tells what was
decided then. Only the personal links are looked up at delivery.
"""

import re
import secrets
import unicodedata
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import SMTP, compat32
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import flask_mail
from email_validator import validate_email
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from markupsafe import Markup

from app.booking.personal_link import About, PersonalLink, Tokens
from app.language import ENGLISH, NAMES, speaking
from app.messages import ics
from app.messages.inlining import inlined
from app.messages.message import Message, Told
from app.practice.names import is_plain
from app.practice.ringing import told_to_client, told_to_therapist
from app.wording import both_zones, called, clock_time, day_time, elsewhere, place, short_day, shown_in, zone_name

AS_TYPED = {"words", "why", "way_there"}  # may have several lines; everything else is one line
ENTRY_FILE = "invite.ics"  # as other programs call it: it tells nothing of what it is
# Characters that turn the direction of the text after them: a name must not reorder the sentence around it.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


# Most headers of all mails are the same few: their parsing, by the library, took longer than everything else.
QUICK_SMTP = SMTP.clone(header_factory=lru_cache(maxsize=1000)(SMTP.header_factory))


def compose(message: Message | Told, tokens: Tokens | None = None) -> "Mail":
    """The mail that a message is, ready to be sent. Needs an application context, and no request.

    `tokens` of its links; those that are not there are looked up or made.
    """
    with speaking(language_of(message.facts, message.recipient)):
        return _composed(message, tokens or {})


def _composed(message: Message | Told, tokens: Tokens) -> "Mail":
    links = Links(message, tokens)
    says = _context(message.facts, message.recipient, links)
    mail = Mail(
        subject=_rendered(message.name, "subject.txt", says).strip(),
        # The bare address: whatever a name holds, it cannot reach a header.
        recipients=[_on_the_wire(message.address)],
        sender=current_app.config["MAIL_SENDER"],
        reply_to=current_app.config["MAIL_REPLY_TO"] or None,
        body=_spaced(_rendered(message.name, "body.txt", says)),
        html=inlined(_rendered(message.name, "body.html", says)),
        date=message.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    mail.msgId = message.wire_id
    if message.facts.get("calendar"):
        mail.invite(message.facts["calendar"]["method"], _entry(message, links))
    return mail


def _on_the_wire(address: str) -> str:
    """An address as mail servers know it. Flask-Mail by itself makes *strasse.example* of *straße.example*, which may
    be somebody else's (IDNA 2003)."""
    return address if address.isascii() else validate_email(address, check_deliverability=False).ascii_email or address


class Preview(NamedTuple):
    subject: str
    text: str
    language: str


def preview(name: str, facts: Mapping[str, Any]) -> Preview:
    """Return the mail that a client will get, before there is one: nothing is stored, and its links lead nowhere."""
    language = language_of(facts, "client")
    with speaking(language):
        says = _context(facts, "client", LinksToCome())
        text = _spaced(_rendered(name, "body.txt", says))
        return Preview(_rendered(name, "subject.txt", says).strip(), text, language)


def language_of(facts: Mapping[str, Any], recipient: str) -> str:
    """Return the language of a mail: the client's as the facts have it; therapists read English."""
    kept = facts["client"].get("language") if recipient == "client" else ENGLISH
    return kept if kept in NAMES else ENGLISH


class Mail(flask_mail.Message):
    """A mail that any server can carry and, with a calendar entry, that any calendar takes in by itself."""

    _entry: MIMEBase | None = None

    def invite(self, method: str, entry: bytes) -> None:
        """Add a calendar entry as one more form of the mail, and as a file beside it.

        Outlook and Gmail act on the last part of multipart/alternative, whose `method` says what to do (RFC 6047, 2.4);
        an attachment alone is a file to them, and later moves and cancellations miss the calendar. Apple's Mail and
        programs that know no invitations offer the file.
        """
        self._entry = MIMEBase("text", "calendar", method=method, charset="utf-8")
        self._entry.set_payload(entry)
        encode_base64(self._entry)
        self.attach(ENTRY_FILE, f'application/ics; name="{ENTRY_FILE}"', entry)

    def _message(self) -> MIMEBase:
        message = super()._message()
        if self._entry is not None:
            alternative = message.get_payload(0)
            assert isinstance(alternative, MIMEBase)
            alternative.attach(self._entry)
        return message

    def as_bytes(self) -> bytes:
        message = self._message()
        message.policy = compat32
        for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
            # The library would look for a free one in the whole text, which takes longer than writing it.
            # Nobody guesses this one, and neither quoted-printable nor base64 has a line that begins like it.
            part.set_boundary(f"=_{self._apart}_{number}")
        message.policy = QUICK_SMTP
        return message.as_bytes()

    @cached_property
    def _apart(self) -> str:
        return secrets.token_hex(16)

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        # What people typed in one long line would break the limit of SMTP.
        made = MIMEText("", subtype, "us-ascii")
        made.set_param("charset", "utf-8")
        made.replace_header("Content-Transfer-Encoding", "quoted-printable")
        made.set_payload(b2a_qp((text or "").encode()).decode())
        return made


def _entry(message: Message | Told, links: "Links") -> bytes:
    return ics.entry(
        message.facts,
        written_at=message.created_at,
        organizer=current_app.config["MAIL_SENDER"],
        attendee=_on_the_wire(message.address),
        link=links.session,
    )


def linked_from(message: Told) -> list[About]:
    """Return what the personal links in a mail lead to, as far as that is known before it is written."""
    if message.recipient != "client" or message.booking_id is None:
        return []
    offer = message.facts.get("offer")
    return [(message.booking_id, offer["id"] if offer and offer["outcome"] is None else None)]


class Links:
    """The addresses in a mail. Opening one changes nothing."""

    def __init__(self, message: Message | Told, tokens: Tokens) -> None:
        self._message, self._tokens = message, tokens
        self._base = current_app.config["PUBLIC_URL"].rstrip("/")

    @cached_property
    def session(self) -> str:
        """The client's page of the session."""
        booking_id = self._message.booking_id
        assert booking_id is not None
        token = self._tokens.get((booking_id, None)) or PersonalLink.to_session(booking_id).token
        return f"{self._base}/s/{token}"

    @cached_property
    def offer(self) -> str:
        """The client's page of the offer that the mail is about."""
        booking_id, offer_id = self._message.booking_id, self._message.facts["offer"]["id"]
        assert booking_id is not None
        token = self._tokens.get((booking_id, offer_id)) or PersonalLink.to_offer(booking_id, offer_id).token
        return f"{self._base}/o/{token}"

    @property
    def therapist(self) -> str:
        """The therapist's public page, where another time can be chosen."""
        return f"{self._base}/t/{self._message.facts['therapist']['slug']}"

    def time(self, alternative_id: int) -> str:
        """The same page with one of the times chosen; it is taken only by the button there."""
        return f"{self.offer}?alternative={alternative_id}"

    def desk(self, booking_id: int) -> str:
        """The therapist's page of a session."""
        return f"{self._base}/sessions/{booking_id}"

    @property
    def calendars(self) -> str:
        """Return the address at which a therapist connects other calendars."""
        return f"{self._base}/settings/calendars"


class LinksToCome:
    """Stands where the addresses of a mail will be."""

    session = offer = lazy_gettext("(a personal link)")

    def time(self, _alternative_id: int) -> Any:
        return self.offer


def _context(facts: Mapping[str, Any], recipient: str, links: Links | LinksToCome) -> dict[str, Any]:
    told: dict[str, Any] = _tidied(facts)
    reader = told[recipient]
    return told | {
        "links": links,
        "message_to": recipient,
        # To a therapist it is their own name; a client's somebody typed, perhaps for a stranger.
        "greets_by_name": recipient == "therapist" or is_plain(reader["name"]),
        "answers_are_read": bool(current_app.config["MAIL_REPLY_TO"]),
        "reader": reader,
        "when": lambda terms: _when(terms, told),
        "on": lambda terms: _on(terms, told, reader["zone"]),
        "starts": lambda terms: _short(terms["starts_at"], _zones(terms, told)[0]),
        "by": lambda moment: _by(moment, reader["zone"]),
        "until": lambda moment: _short(moment, reader["zone"]),
        "there": lambda session: _there(session, reader["zone"]),
        "place": _place,
        "ringing": lambda terms, whole: _ringing(terms, told, recipient, whole),
        "quoted": _quoted,
        "strong": _strong,
        "lined_up": _lined_up,
    }


def _by(moment: str, zone: str) -> str:
    """A deadline, as a sentence goes on with it: *Mon 23 Nov 2026, 11:40 London time*"""
    return _("%(moment)s %(city)s time", moment=day_time(moment, zone), city=zone_name(zone))


def _lined_up(labels: Sequence[str]) -> list[str]:
    """Labels of a plain text, as wide as the longest of them: *When:  *, *Where: *"""
    named = [_("%(label)s:", label=label) for label in labels]
    width = max(map(len, named)) + 1
    return [label.ljust(width) for label in named]


def _strong(text: str) -> Markup:
    """What matters in a sentence, in the HTML of a mail."""
    return Markup("<strong>{}</strong>").format(text)


def _when(terms: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Both people's clocks: in a room the room's first, by video and phone the client's."""
    return both_zones(terms["starts_at"], terms["ends_at"], *_zones(terms, facts))


def _zones(terms: Mapping[str, Any], facts: Mapping[str, Any]) -> tuple[str, str]:
    """The zone that is told first, and the other one."""
    therapist_zone = facts["therapist"]["zone"]
    client_zone = terms["client"]["zone"] if "client" in terms else facts["client"]["zone"]
    location = terms["location"]
    if isinstance(location, str):  # the history keeps a location's name only
        location = facts["booking"]["location"] | {"zone": therapist_zone}
    if location["kind"] == "in_person":
        return location["zone"], client_zone
    return client_zone, therapist_zone


def _on(terms: Mapping[str, Any], facts: Mapping[str, Any], reader_zone: str) -> str:
    """The start for a subject, which has no room for two clocks: *Tue 24 Nov, 10:00* on the reader's, or the day alone
    where a room's clock shows another hour than the reader's."""
    starts, location = terms["starts_at"], terms["location"]
    zone = location["zone"] if location["kind"] == "in_person" else reader_zone
    same = shown_in(starts, zone).utcoffset() == shown_in(starts, reader_zone).utcoffset()
    return _short(starts, zone) if same else short_day(starts, zone)


def _short(moment: str, zone: str) -> str:
    """*Tue 24 Nov, 10:00*"""
    return f"{short_day(moment, zone)}, {clock_time(moment, zone)}"


def _there(session: Mapping[str, Any], zone: str) -> str:
    """What the client's clock shows for a session of the therapist's day, when it shows something else."""
    return elsewhere(session["starts_at"], session["ends_at"], zone, session["client"]["zone"])


def _place(location: Mapping[str, Any] | str) -> str:
    """*Room 2 · in person*"""
    return called(location) if isinstance(location, str) else place(location["name"], location["kind"])


def _ringing(terms: Mapping[str, Any], facts: Mapping[str, Any], recipient: str, whole: bool) -> str:
    """By phone, who rings whom; the therapist's number only where the `whole` way there is told."""
    location = terms["location"]
    if isinstance(location, str) or location["kind"] != "phone":
        return ""
    rings_client, client = location.get("rings_client", False), terms.get("client", facts.get("client"))
    if recipient == "client":
        number = client["phone"] if rings_client else location["way_there"] if whole else ""
        return told_to_client(rings_client, facts["therapist"]["name"], number)
    number = client.get("phone", "") if rings_client else location["way_there"]
    return told_to_therapist(rings_client, client["name"], number)


def _quoted(words: str) -> str:
    """Somebody's words in a plain text, each line marked: they cannot pass for ours."""
    return "\n".join(f"> {line}".rstrip() for line in words.strip().splitlines())


def _rendered(name: str, part: str, says: Mapping[str, Any]) -> str:
    # Not render_template(): what the pages' context processors add needs a request.
    return current_app.jinja_env.get_template(f"mail/{name}/{part}").render(says)


def _spaced(text: str) -> str:
    """At most one empty line between paragraphs, whatever the template's conditions left."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _tidied(value: Any, key: str = "") -> Any:
    """Facts whose single lines are single lines, and in which nothing steers how text is shown."""
    if isinstance(value, Mapping):
        return {name: _tidied(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_tidied(item, key) for item in value]
    if not isinstance(value, str):
        return value
    value = value.translate(TURNING)
    if key not in AS_TYPED:
        value = " ".join(value.split())
    return "".join(each for each in value if each == "\n" or unicodedata.category(each) != "Cc")
