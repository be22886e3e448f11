"""What Google says when it does not do what it was asked. Sentences are for a person; none repeats a token or address.

Whatever is none of these is a GatewayError: Google is away or wants to be asked later.
"""

from app.integrations.errors import GatewayError


class Revoked(GatewayError):
    """The consent is over: the person must connect again."""

    def __init__(self) -> None:
        super().__init__("Google does not let us in any more.", retry=False)


class NotAllowed(GatewayError):
    """This calendar, or this kind of thing, is not open to us; others may be."""

    def __init__(self, text: str = "Google does not allow this for the calendar.", *, gone: bool = False) -> None:
        super().__init__(text, retry=False, gone=gone)


class NotThere(GatewayError):
    """No such calendar or entry, or not any more."""

    def __init__(self) -> None:
        super().__init__("Google does not know it any more.", retry=False, gone=True)


class SyncTokenGone(GatewayError):
    """What changed since then cannot be told any more: read everything anew."""

    def __init__(self) -> None:
        super().__init__("Google cannot tell what has changed for so long.", retry=True)


class AlreadyThere(GatewayError):
    """There is an entry with this id."""

    def __init__(self) -> None:
        super().__init__("Google has this entry already.", retry=False)


class ChangedMeanwhile(GatewayError):
    """Somebody has changed the entry since we saw it."""

    def __init__(self) -> None:
        super().__init__("The entry was changed at Google meanwhile.", retry=False)
