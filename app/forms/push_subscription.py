"""What a browser says of itself when somebody wants to be told there."""

from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from app.integrations.push import keys
from app.integrations.push.endpoints import is_allowed

LONGEST_KEY = 100


@dataclass(frozen=True)
class PushSubscriptionForm:
    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> "PushSubscriptionForm":
        return cls(*(form.get(name, "") for name in ("endpoint", "p256dh", "auth")))

    def is_one(self, hosts: Iterable[str]) -> bool:
        """Whether it is a browser of a push service that we write to (`hosts` are those that the settings add)."""
        short = len(self.p256dh) <= LONGEST_KEY and len(self.auth) <= LONGEST_KEY
        known = is_allowed(self.endpoint, hosts)
        return known and short and keys.is_public_key(self.p256dh) and keys.is_shared_secret(self.auth)
