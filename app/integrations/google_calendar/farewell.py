"""What is said to Google when somebody wants no more of it: tell us nothing more, and forget our consent."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from app.integrations.errors import GatewayError
from app.integrations.google_calendar import consent, open_calendar
from app.integrations.google_calendar.patience import within

SECONDS = 5.0  # that a person waits for it; it is said to the end in any case


def say_farewell(
    config: Mapping[str, Any],
    access_token: str | None,
    channels: Iterable[tuple[str, str]] = (),
    refresh_token: str | None = None,
) -> bool:
    """End these channels, then revoke the consent if its refresh token is given. False when Google was not heard.

    We have forgotten all of it by then, so nothing depends on the answer: a channel that goes on tells nobody and
    ends by itself.
    """
    config, channels = dict(config), list(channels)
    if not (channels or refresh_token):
        return True

    def say() -> None:
        if access_token:
            with open_calendar(config, access_token) as calendar, suppress(GatewayError):
                for channel in channels:
                    calendar.stop(*channel)
        if refresh_token:
            consent.revoke(config, refresh_token)

    try:
        within(SECONDS, say)
    except GatewayError:
        return False
    return True
