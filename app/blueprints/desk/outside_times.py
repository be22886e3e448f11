"""The sessions outside the therapist's times, as Today and the pages of times list them until that is solved."""

from collections.abc import Collection
from typing import Any

from app.booking.outside import outside_to_come, sessions_to_come
from app.booking.possible import verbs_of
from app.practice.therapist import Therapist

MOST = 20


def outside_context(therapist: Therapist, besides: Collection[int] = ()) -> dict[str, Any]:
    """Return why each session is outside, by id, and the earliest of them to list, `besides` those listed already."""
    why = outside_to_come(therapist)
    left = [one for one in why if one not in besides]
    listed = sessions_to_come(therapist, left[:MOST]) if left else []
    return {
        "outside_times": why,
        "outside_listed": listed,
        "outside_movable": {booking.id for booking in listed if "rearrange" in verbs_of(booking)},
        "outside_more": len(left) - len(listed),
    }
