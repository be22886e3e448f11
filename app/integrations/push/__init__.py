"""Web push: what the practice needs of the push services of browsers."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol


class Push(NamedTuple):
    """One push to one browser. `topic`: a later one with the same replaces it; `seconds`: how long it is worth it."""

    endpoint: str
    p256dh: str
    auth: str
    payload: bytes
    topic: str
    seconds: int
    urgent: bool


class PushGateway(Protocol):
    def send(self, push: Push) -> None:
        """Hand one push to its service. Raises GatewayError; returns only when the service took it."""


def open_gateway(config: Mapping[str, Any]) -> AbstractContextManager[PushGateway]:
    """The gateway for one round of deliveries; it may keep connections until the round ends."""
    from app.integrations.push.webpush import WebPushGateway  # takes a moment to load: only where pushes are sent

    return WebPushGateway(config)
