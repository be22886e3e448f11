"""Who works in the demo practice, where and when."""

import secrets
from dataclasses import dataclass, field

from app.database import db
from app.practice.location import Location
from app.practice.session_type import SessionType
from app.practice.therapist import Therapist
from app.practice.user import User
from app.scheduling.working_time import WorkingTime


@dataclass(frozen=True)
class Person:
    slug: str
    email: str
    name: str
    practice: str
    headline: str
    about: str
    languages: str
    zone: str
    rooms: dict[str, str] = field(default_factory=dict)
    hours: dict[int, list[tuple[str, str]]] = field(default_factory=dict)
    price_cents: int = 7500
    currency: str = "GBP"
    kinds: tuple[str, ...] = ("individual", "first_talk")


# What each kind of session is called here, and its minutes.
TYPES = {
    "individual": ("Session", 50),
    "first_talk": ("First talk", 20),
    "couples": ("Couples session", 80),
    "family": ("Family session", 90),
}

PEOPLE = (
    Person(
        "mara-lindt",
        "mara@example.com",
        "Mara Lindt",
        "Harley Street Rooms",
        "Anxiety, burnout and finding your feet again",
        "I work with adults who are worn out or worried, in a calm and practical way. The first session is for "
        "getting to know each other; you decide afterwards whether to go on.",
        "English, German",
        "Europe/London",
        {
            "Room 1, Harley Street": "Room 1, 88 Harley Street, London",
            "Room 2, Harley Street": "Room 2, 88 Harley Street, London",
        },
        {day: [("09:00", "13:00"), ("14:00", "18:00")] for day in range(5)} | {5: [("10:00", "13:00")]},
    ),
    Person(
        "otto-brandt",
        "otto@example.com",
        "Otto Brandt",
        "Praxis am Kanal",
        "Couples and families, in German and English",
        "Thirty years of sitting with two people who have stopped hearing each other.",
        "German, English",
        "Europe/Berlin",
        {"Praxis am Kanal": "Paul-Lincke-Ufer 30, Berlin"},
        {day: [("10:00", "19:00")] for day in (0, 1, 3, 4)},
        9000,
        "EUR",
        ("couples", "family", "first_talk"),
    ),
    Person(
        "noor-de-vries",
        "noor@example.com",
        "Noor de Vries",
        "Herengracht Practice",
        "Sleep, stress and long illness",
        "Small steps, kept up. Sessions on the canal or by video.",
        "Dutch, English, French",
        "Europe/Amsterdam",
        {"Garden room": "Herengracht 401, Amsterdam"},
        {day: [("08:00", "12:00")] for day in range(5)},
        8000,
        "EUR",
        ("individual",),
    ),
    Person(
        "samir-haddad",
        "samir@example.com",
        "Samir Haddad",
        "Harley Street Rooms",
        "Grief and big changes",
        "When something has ended and nothing new has begun.",
        "English, Arabic, French",
        "Europe/London",
        {},
        {day: [("12:00", "20:00")] for day in (1, 2, 3)},
    ),
    Person(
        "lucia-ferro",
        "lucia@example.com",
        "Lucia Ferro",
        "Studio Ferro",
        "Young adults, study and work",
        "For the years in which everything has to be decided at once.",
        "Italian, Spanish, English",
        "Europe/Rome",
        {"Studio Ferro": "Via Giulia 12, Roma"},
        {day: [("09:00", "17:00")] for day in (0, 2, 4)},
        7000,
        "EUR",
        ("individual", "family"),
    ),
)


def add_operator() -> None:
    _user("operator@example.com", "Olive Operator", is_operator=True)


def add_therapist(person: Person) -> Therapist:
    therapist = Therapist(
        user=_user(person.email, person.name),
        slug=person.slug,
        name=person.name,
        practice=person.practice,
        headline=person.headline,
        about=person.about,
        languages=person.languages,
        zone=person.zone,
    )
    therapist.locations = _locations(person)
    therapist.session_types = [_session_type(kind, person, number) for number, kind in enumerate(person.kinds)]
    therapist.working_times = [
        WorkingTime(
            weekday=weekday,
            starts_minute=_minute(start),
            ends_minute=_minute(end),
            locations=therapist.locations,
        )
        for weekday, spans in person.hours.items()
        for start, end in spans
    ]
    db.session.add(therapist)
    return therapist


def _session_type(kind: str, person: Person, position: int) -> SessionType:
    name, minutes = TYPES[kind]
    # Getting to know each other costs nothing.
    price = None if kind == "first_talk" else person.price_cents * minutes // 50
    return SessionType(
        name=name,
        kind=kind,
        minutes=minutes,
        gap_before_minutes=10,
        gap_after_minutes=10,
        price_cents=price,
        currency=person.currency,
        position=position,
    )


def _user(email: str, name: str, is_operator: bool = False) -> User:
    # Nobody can sign in with this until fill() gives the demo sign-ins their password.
    user = User(email=email, name=name, is_operator=is_operator, password_hash=secrets.token_hex(16))
    db.session.add(user)
    return user


def _locations(person: Person) -> list[Location]:
    rooms = [
        Location(kind="in_person", name=name, address=address, zone=person.zone, position=number)
        for number, (name, address) in enumerate(person.rooms.items())
    ]
    video = Location(
        kind="video",
        name="Video call",
        link=f"https://meet.example.com/{person.slug}",
        zone=person.zone,
        position=8,
    )
    # Mara's clients ring her; the others ring theirs.
    who_rings = "client" if person.slug == "mara-lindt" else "therapist"
    number = {"kind": "phone", "phone": "+44 20 7946 0123", "who_rings": who_rings}
    phone = Location(name="Phone call", zone=person.zone, position=9, **number)
    return [*rooms, video, phone]


def _minute(clock_time: str) -> int:
    hours, minutes = clock_time.split(":")
    return int(hours) * 60 + int(minutes)
