"""Requests from addresses that nobody has proven yet: how many of them may hold time for long.

An address is proven once its owner has pressed anything on a page behind a link in a mail. The browser that asks is led
to the page of the session by a link of its own, which proves nothing: otherwise any invented address would be proven.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, select

from app import clock
from app.booking.booking import Booking
from app.database import db
from app.practice.client import Client

A_DAY = timedelta(days=1)
HELD_UNPROVEN = timedelta(minutes=30)


def time_to_prove(therapist_id: int, network: str, email: str, starts_at: datetime) -> datetime | None:
    """Return until when a request that is made now is held unless its address is proven; None: as long as any.

    Call it in the therapist's turn, in which the request is stored: then nobody of the network comes in between.
    """
    # An address counts as proven only for the network in which it was: what another network is answered must not tell
    # whether somebody is a client of this therapist.
    proven = _proven_addresses(therapist_id, network)
    unproven = _requests(select(func.count()), therapist_id, network).where(
        Booking.requested_at > clock.now() - A_DAY, Client.email.not_in(proven)
    )
    if (db.session.scalar(unproven) or 0) < current_app.config["UNPROVEN_PER_NETWORK"]:
        return None
    if db.session.scalar(proven.where(Client.email == email).limit(1)):
        return None
    return min(clock.now() + HELD_UNPROVEN, starts_at - current_app.config["MINIMUM_LEAD"])


def is_proven(booking: Booking) -> bool:
    """Whether the owner of the address pressed something: for this session, or another asked for from its network."""
    if booking.address_proven_at or not booking.asked_from:
        return booking.address_proven_at is not None
    proven = _proven_addresses(booking.therapist_id, booking.asked_from)
    return db.session.scalar(proven.where(Client.email == booking.client.email).limit(1)) is not None


def overdue() -> Select[Booking]:
    """Select the requests whose address was not proven in time and that nobody has released yet."""
    # Only requests have it. Asked for their status too, the database would walk all requests.
    return select(Booking).where(Booking.prove_by <= clock.now())


def _proven_addresses(therapist_id: int, network: str) -> Select[Any]:
    return _requests(select(Client.email), therapist_id, network).where(Booking.address_proven_at.is_not(None))


def _requests(what: Select[Any], therapist_id: int, network: str) -> Select[Any]:
    of_network = (Booking.therapist_id == therapist_id, Booking.asked_from == network)
    return what.select_from(Booking).join(Client, Client.id == Booking.client_id).where(*of_network)
