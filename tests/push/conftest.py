"""Pushes that travel: a key of ours, a push service at a real socket, and people who want to be told."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from app.database import db
from app.integrations.push import keys
from app.jobs import pushes
from app.practice.push_subscription import PushSubscription
from app.practice.therapist import Therapist
from app.practice.user import SignIn
from tests.push.service import Device, PushService

KEY = keys.new_private_key()


@pytest.fixture
def service(app: Flask) -> Iterator[PushService]:
    with PushService() as service:
        offer_push(app, service.origin)
        yield service
        pushes.wait()


@pytest.fixture
def other_service(app: Flask, service: PushService) -> Iterator[PushService]:
    """Of another browser."""
    with PushService() as other:
        offer_push(app, service.origin, other.origin)
        yield other


@pytest.fixture
def told() -> Callable[..., Device]:
    """Have a therapist told in a browser: `told(mara, service)`."""
    return tell_there


def offer_push(app: Flask, *hosts: str) -> None:
    """Failed pushes are due again almost at once."""
    app.config |= {
        "VAPID_PRIVATE_KEY": KEY,
        "VAPID_PUBLIC_KEY": keys.public_key(KEY),
        "PUSH_HOSTS": hosts,
        "SWEEP_SECONDS": 0.01,
    }


def tell_there(therapist: Therapist, service: PushService, device: Device | None = None) -> Device:
    device = device or service.device()
    SignIn.start(therapist.user)
    device.token = therapist.user.sign_in_token or ""
    db.session.flush()
    PushSubscription.make(SignIn.of(device.token), **device.subscription)
    db.session.commit()
    return device
