"""A message of every kind with hand-made facts, for tests of what mails say."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.messages.announcements import ANNOUNCED
from app.messages.message import Message

ROOM = {
    "kind": "in_person",
    "kind_word": "In person",
    "name": "Room 2",
    "way_there": "12 Harley Street\nLondon W1G 9PG",
    "zone": "Europe/London",
}
VIDEO = {
    "kind": "video",
    "kind_word": "By video",
    "name": "Video call",
    "way_there": "https://meet.example.com/mara",
    "zone": "Europe/London",
}
PHONE = {
    "kind": "phone",
    "kind_word": "By phone",
    "name": "Phone call",
    "way_there": "+44 20 7946 0123",
    "zone": "Europe/London",
}
WORDS = "A clinic day was moved, I am sorry."


class Case(NamedTuple):
    """One announced mail, as one verb causes it."""

    verb: str
    recipient: str
    name: str
    calendar: str | None

    def __str__(self) -> str:
        return f"{self.name}-{self.verb}"


ANNOUNCED_CASES = [
    Case(verb, mail.recipient, mail.name, mail.calendar) for verb, mails in ANNOUNCED.items() for mail in mails
]
TIMED_CASES = [
    Case("", "client", "offer_nudge", None),
    Case("", "client", "reminder", None),
    Case("", "therapist", "day_list", None),
    Case("", "therapist", "clash_found", None),
    Case("", "therapist", "not_looked_up", None),
]
OF_CALENDARS = ("calendar_broken", "calendar_lost", "calendar_unwritten")
CALENDAR_CASES = [Case("", "therapist", name, None) for name in OF_CALENDARS]
CASES = ANNOUNCED_CASES + TIMED_CASES + CALENDAR_CASES


def message(case: Case, **changes: Any) -> Message:
    """The message as the outbox would hold it; `changes` replace facts by their first key."""
    address = "ines@example.net" if case.recipient == "client" else "mara@example.com"
    return Message(
        id=7,
        booking_id=None if case.name in ("day_list", *OF_CALENDARS) else 1,
        name=case.name,
        recipient=case.recipient,
        address=address,
        wire_id="<0123456789abcdef@holdfast.invalid>",
        created_at=datetime(2026, 11, 22, 9, 12, tzinfo=UTC),
        facts=facts(case) | changes,
    )


def facts(case: Case) -> dict[str, Any]:
    if case.name == "day_list":
        return _day()
    if case.name in OF_CALENDARS:
        return _calendar()
    location = VIDEO if "location" in case.verb or case.verb == "relocated_as_asked" else ROOM
    offer = _offer(case, location)
    said = case.recipient == "therapist" or case.verb in (
        "request_declined",
        "cancelled_by_therapist",
        "booked_for_client",
    )
    return deepcopy(
        {
            "therapist": {"name": "Mara Lindt", "slug": "mara-lindt", "zone": "Europe/London"},
            "client": {
                "name": "Ines Keller",
                "email": "ines@example.net",
                "phone": "",
                "zone": "Europe/Berlin",
            },
            "booking": _booking(case, location),
            "offer": offer,
            "verb": case.verb or None,
            "before": _before(case.verb),
            "why": WORDS if said else "",
            "busy": "Your Google calendar says that you are busy: Tue 24 Nov 2026, 10:30–11:30.",
            "unasked": "Google could not be asked just now; this is what we knew at 09:10.",
            "calendar": case.calendar and {"method": case.calendar, "sequence": int(bool(offer))},
        }
    )


def _before(verb: str) -> dict[str, Any] | None:
    if verb in ("moved_as_asked", "times_accepted"):
        return _terms(23, 10)
    return _terms(24, 10) if verb in ("relocated_as_asked", "location_accepted") else None


def _booking(case: Case, location: dict[str, Any]) -> dict[str, Any]:
    because = {
        "request_declined": "declined",
        "times_expired": "offer expired",
        "times_declined": "offer declined",
        "lapsed": "not answered",
    }
    return {
        "id": 1,
        "uid": "0123456789abcdef",
        "status": _status(case.verb, because),
        "starts_at": "2026-11-24T10:00:00+00:00",
        "ends_at": "2026-11-24T10:50:00+00:00",
        "session_type": "First session",
        "price": {"cents": 7500, "currency": "GBP"},
        "location": location,
        "words": "I can also come later.\nOr on Thursday.",
        "requested_at": "2026-11-22T09:12:00+00:00",
        "answer_by": "2026-11-24T09:00:00+00:00",
        "prove_by": "2026-11-23T11:40:00+00:00" if case.verb == "requested_unproven" else None,
        "cancelled_by": None,
        "cancelled_because": because.get(case.verb),
    }


def _status(verb: str, because: dict[str, str]) -> str:
    if verb in because or verb.startswith("cancelled_by"):
        return "cancelled"
    return (
        "requested" if verb in ("requested", "requested_unproven", "offer_withdrawn", "request_kept") else "confirmed"
    )


def _offer(case: Case, location: dict[str, Any]) -> dict[str, Any] | None:
    disputed = case.verb in ("disputed", "kept_as_it_was", "request_kept")
    concerned = case.verb.startswith(("times_", "location_", "offer_")) or disputed
    if not concerned and case.name != "offer_nudge":
        return None
    times = [_alternative(1, 25, 10, ROOM), _alternative(2, 26, 10, VIDEO), _alternative(3, 27, 23, PHONE)]
    kind = "location" if case.verb.startswith("location_") else "times"
    alternatives = times if kind == "times" else [_alternative(1, 24, 10, location)]
    alternatives = [_alternative(1, 25, 14, VIDEO)] if disputed else alternatives
    return {
        "id": 3,
        "kind": kind,
        "reason": "disputed" if disputed else "own",
        "words": WORDS,
        "expires_at": "2026-11-23T11:40:00+00:00",
        "outcome": None,
        "alternatives": alternatives,
        "accepted": alternatives[0] if case.verb.endswith("_accepted") else None,
        "previous_location": ROOM,
        "holds_agreed": disputed,
        "silence_keeps": disputed,
    }


def _alternative(number: int, day: int, hour: int, location: dict[str, Any]) -> dict[str, Any]:
    return _terms(day, hour) | {"id": number, "location": location}


def _terms(day: int, hour: int) -> dict[str, Any]:
    return {
        "starts_at": f"2026-11-{day}T{hour}:00:00+00:00",
        "ends_at": f"2026-11-{day}T{hour}:50:00+00:00",
        "location": "Room 2",
    }


def _day() -> dict[str, Any]:
    people = [("Ines Keller", "Europe/Berlin", ROOM), ("Jonas Peters", "Europe/London", VIDEO)]
    return {
        "therapist": {"name": "Mara Lindt", "slug": "mara-lindt", "zone": "Europe/London"},
        "sessions": [
            _terms(24, 10 + number)
            | {
                "id": number + 1,
                "client": {"name": name, "zone": zone},
                "location": location,
                "session_type": "Session",
            }
            for number, (name, zone, location) in enumerate(people)
        ],
        "calendar": None,
    }


def _calendar() -> dict[str, Any]:
    return {
        "therapist": {"name": "Mara Lindt", "slug": "mara-lindt", "zone": "Europe/London"},
        "connection": {"label": "mara@gmail.example", "kind": "google"},
        "written": {"name": "Practice", "error": "Google had trouble answering."},
        "calendar": None,
        "lost": "Choir",
    }
