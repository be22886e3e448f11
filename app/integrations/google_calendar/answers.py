"""What an answer of Google's Calendar API means when it is not what was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from app.integrations.errors import GatewayError
from app.integrations.google_calendar.errors import AlreadyThere, ChangedMeanwhile, NotAllowed, NotThere, Revoked

# https://developers.google.com/workspace/calendar/api/guides/errors
TOO_MUCH = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarUsageLimitsExceeded",
    "variableTermLimitExceeded",
}
OF_ALL = {"dailyLimitExceeded", "accessNotConfigured"}  # not this person's doing: others would hear the same
NOT_WATCHED = "push"  # reasons begin with it: pushNotSupportedForRequestedResource, push.webhookUrlNotHttps


def content(response: requests.Response) -> dict[str, Any]:
    """What a good answer says: something, for where nothing is to be said nobody reads it. Raises GatewayError for
    any other."""
    if not response.ok or response.is_redirect:
        raise refusal(response)
    found = _object(response)
    if not found:
        raise _not_google()
    return found


@contextmanager
def understood() -> Iterator[None]:
    """What lacks something that Google always says does not come from there."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _not_google() from None


def listed(answer: dict[str, Any]) -> list[Any]:
    """What a list has in it. One that is empty says so: an answer without a list is none of Google's."""
    if not isinstance(answer.get("items"), list):
        raise _not_google()
    return answer["items"]


def required(answer: dict[str, Any], *names: str) -> None:
    """One of these is always said."""
    if not any(isinstance(answer.get(name), str) for name in names):
        raise _not_google()


def refusal(response: requests.Response) -> GatewayError:
    """The error that fits."""
    status, reasons = response.status_code, _reasons(response)
    if status in (400, 401, 403) and any(reason.startswith(NOT_WATCHED) for reason in reasons):
        return NotAllowed("Google cannot tell us of changes in this calendar.")
    plain = {401: Revoked, 404: NotThere, 409: AlreadyThere, 410: NotThere, 412: ChangedMeanwhile}
    if status in plain:
        return plain[status]()
    if status == 403 and not reasons & TOO_MUCH:
        return _forbidden(reasons)
    if status in (403, 429):
        text = "Google wants to be asked less often."
        return GatewayError(text, retry=True, away=bool(reasons & OF_ALL), wait=seconds_to_wait(response))
    if status == 408 or status >= 500 or response.is_redirect:
        return later(response)
    return GatewayError(f"Google did not understand us: {status}.", retry=False)


def later(response: requests.Response) -> GatewayError:
    """Google does not work now."""
    text = f"Google does not answer as it should: {response.status_code}."
    return GatewayError(text, retry=True, away=True, wait=seconds_to_wait(response))


def seconds_to_wait(response: requests.Response) -> float:
    """A date is not read: our own waiting is long enough."""
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() and len(told) < 7 else 0.0


def _forbidden(reasons: set[str]) -> GatewayError:
    if reasons & OF_ALL:
        return NotAllowed("The Google Calendar API is not switched on for this Holdfast.")
    return NotAllowed(gone=True)  # it may have been open before


def _reasons(response: requests.Response) -> set[str]:
    """The reasons in Google's words for programs; an answer of something between us and Google has none."""
    error = (_object(response) or {}).get("error")
    listed = error.get("errors") if isinstance(error, dict) else None
    listed = listed if isinstance(listed, list) else []
    return {str(one["reason"]) for one in listed if isinstance(one, dict) and "reason" in one}


def _object(response: requests.Response) -> dict[str, Any] | None:
    try:
        found = response.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _not_google() -> GatewayError:
    """A page that some network shows to everybody who is not signed in there, for instance."""
    return GatewayError("Something else than Google answered.", retry=True, away=True)
