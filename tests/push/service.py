"""A push service that can be told to misbehave, and browsers that are told through it."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid

from app.integrations.push import keys
from tests.listening import Handler, Listening

TAKE = 201


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def claims(self) -> dict[str, Any]:
        """What the sender says of themselves; the signature is checked."""
        authorization = self.headers["authorization"]
        assert Vapid.verify(authorization)
        token = authorization.partition("t=")[2].partition(",")[0]
        return json.loads(keys.read(token.split(".")[1]))

    @property
    def signed_by(self) -> str:
        return self.headers["authorization"].partition("k=")[2]


class PushService(Listening):
    """`answers` says what it does with what comes for a path: a status, or a function of what came."""

    def __init__(self) -> None:
        super().__init__(self._handler())
        self.received: list[Received] = []
        self.answers: Callable[[Received], Any] = lambda _received: TAKE

    def device(self) -> "Device":
        return Device(self)

    def hang(self, _received: Received) -> int:
        self.released.wait(60)
        return TAKE

    def _handler(service) -> type[Handler]:
        class Pushes(Handler):
            def do_POST(self) -> None:
                received = Received(self.path, self.asked_by(), self.body())
                answer = service.answers(received)
                status, more = answer if isinstance(answer, tuple) else (answer, {})
                if status in (TAKE, "lost"):
                    service.received.append(received)
                if status == "lost":
                    self.connection.close()
                    return
                self.send_response(status)
                for name, value in ({"Content-Length": "0"} | more).items():
                    self.send_header(name, value)
                self.end_headers()

        return Pushes


@dataclass
class Device:
    """A browser with a subscription: it alone can read what is pushed to it."""

    service: PushService
    token: str = ""  # of the sign-in there
    path: str = field(default_factory=lambda: f"/push/{secrets.token_urlsafe(12)}")
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def subscription(self) -> dict[str, str]:
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.service.origin}{self.path}",
            "p256dh": keys.written(point),
            "auth": keys.written(self._secret),
        }

    @property
    def received(self) -> list[Received]:
        return [one for one in self.service.received if one.path == self.path]

    @property
    def news(self) -> list[dict[str, str]]:
        """What the service worker would be handed, oldest first."""
        return [json.loads(self.read(one)) for one in self.received]

    def read(self, received: Received) -> bytes:
        return bytes(http_ece.decrypt(received.body, private_key=self._key, auth_secret=self._secret))
