"""Sync tokens: a revision of one calendar, and when it is no longer good."""

import base64
import json
from typing import TYPE_CHECKING

from tests.google.answers import Refused, Request, bad_request, refuse
from tests.google.store import Store

if TYPE_CHECKING:
    from tests.google.service import Google

# What Google does not take beside a sync token, and what gives no sync token in the end.
NOT_BESIDE_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
)
GIVE_NO_TOKEN = frozenset(
    {"iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "updatedMin"}
)


# What may differ from the question that made the token: where it goes on, the window (which it must not name), and how
# the answer is written.
MAY_DIFFER = frozenset({"pageToken", "syncToken", "timeMin", "timeMax", "alt", "prettyPrint", "quotaUser"})


def token(google: "Google", store: Store, request: Request) -> str:
    said = {
        "calendar": store.id,
        "generation": store.generation,
        "revision": store.revision,
        "asked": _asked(request),
        "at": google.now().timestamp(),
    }
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def since(google: "Google", store: Store, request: Request) -> int:
    """The revision that a sync token stands for."""
    beside = [name for name in NOT_BESIDE_TOKEN if name in request.query]
    if beside or "updatedMin" in request.query or request.asked("showDeleted") == "false":
        raise bad_request("Sync token cannot be used with: " + ", ".join(beside or ["updatedMin or showDeleted=false"]))
    try:
        said = json.loads(base64.urlsafe_b64decode(request.asked("syncToken")))
        same = said["calendar"] == store.id and said["generation"] == store.generation
        old = google.now().timestamp() - said["at"] > google.sync_token_lifetime.total_seconds()
    except (ValueError, KeyError, TypeError):
        raise gone() from None
    if not same or old or said["revision"] < store.tokens_since:
        raise gone()
    if said["asked"] != _asked(request):
        # "All other query parameters should be the same as for the initial synchronization to avoid undefined
        # behavior": where Google may do anything, we do not go.
        problem = f"asked otherwise than when the sync token was given: {said['asked']}, now {_asked(request)}"
        google.problems.append(f"events.list: {problem}")
        raise bad_request(problem)
    return int(said["revision"])


def _asked(request: Request) -> dict[str, list[str]]:
    return {name: values for name, values in request.query.items() if name not in MAY_DIFFER}


def gone() -> Refused:
    return refuse(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.", "calendar")
