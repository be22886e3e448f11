"""The clients that a therapist chooses from, each on a line that nobody else has."""

from collections import Counter
from collections.abc import Callable, Sequence

from sqlalchemy import select

from app.database import db
from app.language import language_name
from app.practice.client import Client
from app.practice.therapist import Therapist
from app.wording import isolated, zone_name

MOST_CLIENTS = 200
# What tells two clients of one name and address apart, as far as it is needed.
DETAILS: tuple[Callable[[Client], str], ...] = (
    lambda client: language_name(client.language),
    lambda client: client.phone,
    lambda client: f"{zone_name(client.zone)} time",
)


def newest_clients(therapist: Therapist) -> Sequence[Client]:
    mine = select(Client).where(Client.therapist_id == therapist.id).order_by(Client.id.desc()).limit(MOST_CLIENTS)
    return sorted(db.session.scalars(mine), key=lambda one: (one.name.casefold(), one.email))


def told_apart(clients: Sequence[Client]) -> list[tuple[str, str]]:
    """Each client's number and line: *Ines Keller, ines@example.net*; those of one line tell more of themselves."""
    lines = [f"{isolated(one.name)}, {one.email}" for one in clients]
    for detail in DETAILS:
        times = Counter(lines)
        more = [detail(one) if times[line] > 1 else "" for one, line in zip(clients, lines, strict=True)]
        lines = [", ".join(filter(None, both)) for both in zip(lines, more, strict=True)]
    return [(str(one.id), line) for one, line in zip(clients, lines, strict=True)]
